package mdapi

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// RetrieveRequest says what to retrieve. The version of the manifest, or the
// client's where it has none, decides the form of what comes.
type RetrieveRequest struct {
	Manifest metadata.Manifest
	// SinglePackage puts the files at the root of the zip; otherwise they lie
	// below unpackaged/ and below the names of packages.
	SinglePackage bool
	// PackageNames are packages to retrieve besides the manifest.
	PackageNames []string
	// SpecificFiles narrows the retrieve to paths; the service takes it with
	// SinglePackage and without PackageNames only.
	SpecificFiles []string
}

// RetrieveMessage is a remark of the service on one member or file.
type RetrieveMessage struct {
	FileName string
	Problem  string
}

// RetrieveStatus is what is known of a retrieve under way.
type RetrieveStatus struct {
	ID     AsyncID
	Status string // Pending, InProgress, Succeeded, Failed
	Done   bool
}

// RetrieveResult is a retrieve as the service last told it.
type RetrieveResult struct {
	ID      AsyncID
	Status  string
	Done    bool
	Success bool
	// ErrorCode and ErrorMessage are the service's words for a retrieve that
	// failed as a whole: LIMIT_EXCEEDED.
	ErrorCode    string
	ErrorMessage string
	// Files has one row for each component, and one for the manifest; not for
	// -meta.xml files, nor for the files of a bundle. A client that skips them has
	// none.
	Files    []FileProperties
	Messages []RetrieveMessage
	// ZipPath is where the zip lies, ZipSize its length in bytes.
	ZipPath string
	ZipSize int64
}

type retrieveReply struct {
	retrieveHead
	Files []propertiesReply `xml:"fileProperties"`
}

// retrieveHead is all of a reply but its rows.
type retrieveHead struct {
	ID           AsyncID `xml:"id"`
	Status       string  `xml:"status"`
	Done         bool    `xml:"done"`
	Success      bool    `xml:"success"`
	ErrorCode    string  `xml:"errorStatusCode"`
	ErrorMessage string  `xml:"errorMessage"`
	Messages     []struct {
		FileName string `xml:"fileName"`
		Problem  string `xml:"problem"`
	} `xml:"messages"`
	Zip splitOff `xml:"zipFile"`
}

func (r retrieveReply) result() RetrieveResult {
	out := RetrieveResult{
		ID: r.ID, Status: r.Status, Done: r.Done, Success: r.Success, ErrorCode: r.ErrorCode, ErrorMessage: r.ErrorMessage,
	}
	for _, f := range r.Files {
		out.Files = append(out.Files, f.properties())
	}
	for _, m := range r.Messages {
		out.Messages = append(out.Messages, RetrieveMessage{FileName: m.FileName, Problem: m.Problem})
	}
	return out
}

// Retrieve starts a retrieve. It is repeated when its reply is lost; the job that
// may then run unasked changes nothing in the org.
func (c *Client) Retrieve(ctx context.Context, req RetrieveRequest) (AsyncID, error) {
	var got startReply
	err := c.soap(ctx, call{
		op: "retrieve", repeat: reading,
		args:  func(e *element) { c.writeRetrieve(e, req) },
		begin: func() error { got = startReply{}; return nil },
		each:  into(func(r *startReply) { got = *r }),
	})
	switch {
	case err != nil:
		return "", err
	case got.ID == "":
		return "", fmt.Errorf("retrieve: %w: it names no job", ErrReply)
	}
	return got.ID, nil
}

func (c *Client) writeRetrieve(e *element, req RetrieveRequest) {
	version := req.Manifest.Version
	if version == 0 {
		version = c.cfg.Version
	}
	e.open("retrieveRequest")
	e.version("apiVersion", version)
	e.all("packageNames", req.PackageNames)
	e.bool("singlePackage", req.SinglePackage)
	e.all("specificFiles", req.SpecificFiles)
	if len(req.Manifest.Types) > 0 || len(req.PackageNames) == 0 {
		e.open("unpackaged")
		e.optional("fullName", req.Manifest.FullName)
		for _, t := range req.Manifest.Types {
			e.open("types")
			e.all("members", t.Members)
			e.text("name", t.Name)
			e.close("types")
		}
		e.version("version", version)
		e.close("unpackaged")
	}
	e.close("retrieveRequest")
}

// CheckRetrieveStatus asks once how far a retrieve is. With a zipPath it takes the
// zip if the retrieve is done, which the service then deletes; without one it
// leaves the zip where it is. A zip that came is complete and durable when the
// call returns.
func (c *Client) CheckRetrieveStatus(ctx context.Context, id AsyncID, zipPath string) (RetrieveResult, error) {
	return c.checkRetrieve(ctx, id, zipPath != "", zipPath)
}

// checkRetrieve puts a zip that comes at zipPath, whether it was asked for or not:
// a server that does not know includeZip sends it and may not do so again.
func (c *Client) checkRetrieve(ctx context.Context, id AsyncID, includeZip bool, zipPath string) (RetrieveResult, error) {
	target := &zipTarget{path: zipPath, tell: traceOf(ctx).zip}
	defer target.discard()
	var got retrieveReply
	each := into(func(r *retrieveReply) { got = *r })
	if c.cfg.SkipFiles {
		each = into(func(r *retrieveHead) { got.retrieveHead = *r })
	}
	err := c.soap(ctx, call{
		op: "checkRetrieveStatus", repeat: watching,
		args: func(e *element) {
			e.text("asyncProcessId", string(id))
			e.bool("includeZip", includeZip)
		},
		begin: func() error { got = retrieveReply{}; target.discard(); return nil },
		split: func(r io.Reader) io.Reader { return newZipSplitter(r, target, c.cfg.SkipFiles) },
		each:  each,
	})
	if err != nil {
		return RetrieveResult{}, err
	}
	result := got.result()
	if result.ID == "" {
		result.ID = id
	}
	if result.Done && result.Success && target.size > 0 {
		if err := target.keep(); err != nil {
			return RetrieveResult{}, fmt.Errorf("keep the zip of %s: %w", id, err)
		}
		result.ZipPath, result.ZipSize = target.path, target.size
	}
	return result, nil
}

// WaitRetrieve waits for a retrieve and puts its zip at zipPath, or into the
// client's folder for temporary files when that is empty. The zip is asked for
// only once the retrieve is done, so that no other reply that is lost takes it
// along. A retrieve that failed is a result, not an error. It returns ErrZipGone
// when the zip cannot be had any more. progress may be nil.
func (c *Client) WaitRetrieve(ctx context.Context, id AsyncID, zipPath string, progress func(RetrieveStatus)) (RetrieveResult, error) {
	if zipPath == "" {
		zipPath = c.tempZip(id)
	}
	var result RetrieveResult
	err := c.poll(ctx, id, func(ctx context.Context) (bool, error) {
		var err error
		if result, err = c.checkRetrieve(ctx, id, false, zipPath); err != nil {
			return false, err
		}
		if progress != nil {
			progress(RetrieveStatus{ID: id, Status: result.Status, Done: result.Done})
		}
		return result.Done, nil
	})
	if err != nil || !result.Success || result.ZipPath != "" {
		return result, err
	}
	return c.fetchZip(ctx, id, zipPath)
}

// fetchZip: the retrieve has succeeded, so a refusal can only mean the zip.
func (c *Client) fetchZip(ctx context.Context, id AsyncID, zipPath string) (RetrieveResult, error) {
	result, err := c.checkRetrieve(ctx, id, true, zipPath)
	var fault *Fault
	switch {
	case errors.As(err, &fault) && !errors.Is(err, ErrSessionExpired) && !errors.Is(err, ErrRequestLimit) && !fault.passing():
		return RetrieveResult{}, fmt.Errorf("%w: %w", ErrZipGone, err)
	case err != nil:
		return RetrieveResult{}, err
	case result.ZipPath == "":
		return RetrieveResult{}, fmt.Errorf("%w: %s came without it", ErrZipGone, id)
	}
	return result, nil
}
