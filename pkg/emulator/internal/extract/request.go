package extract

import (
	"fmt"
	"math/rand/v2"

	"github.com/orgkeep/orgkeep/pkg/emulator/internal/behaviour"
	"github.com/orgkeep/orgkeep/pkg/emulator/internal/orgstate"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// Request is what was asked.
type Request struct {
	Manifest      metadata.Manifest // version zero: none was given
	Version       metadata.Version  // of the call, where the manifest has none
	Packages      []string
	SpecificFiles []string
	SinglePackage bool
	Unpackaged    bool
}

// Result is what comes of it. A failure leaves the rest empty.
type Result struct {
	Entries    []Entry
	Properties []orgstate.Properties
	Messages   []Message
	Failure    *Failure
}

// Entry is one file of the zip.
type Entry struct {
	Path    string
	Content []byte
	file    *orgstate.File // set where the content is a stored file's
}

// Message is what the service has to say about a file.
type Message struct{ FileName, Problem string }

// Failure ends a retrieve with nothing.
type Failure struct{ Code, Message string }

func (f *Failure) Error() string { return f.Message }

// Limits of a retrieve. Source: Metadata API limits.
const (
	MaxFiles        = 10_000
	MaxZipped       = 39_000_000
	MaxUncompressed = 629_145_600
)

// Run answers a request. Orders that the service leaves open are drawn from rnd.
func Run(s *orgstate.State, req Request, v orgstate.View, rnd *rand.Rand) Result {
	version := req.Manifest.Version
	if version == 0 {
		version = req.Version
	}
	r := &run{state: s, view: v, version: version, req: req, rnd: rnd}
	if err := r.all(); err != nil {
		return Result{Failure: err}
	}
	if v.Set.Is(behaviour.ZipOrder, "shuffled") {
		rnd.Shuffle(len(r.out.Entries), func(i, j int) { r.out.Entries[i], r.out.Entries[j] = r.out.Entries[j], r.out.Entries[i] })
		rnd.Shuffle(len(r.out.Properties), func(i, j int) {
			r.out.Properties[i], r.out.Properties[j] = r.out.Properties[j], r.out.Properties[i]
		})
	}
	return r.out
}

type run struct {
	state   *orgstate.State
	view    orgstate.View
	version metadata.Version
	req     Request
	out     Result
	counted int
	rnd     *rand.Rand
}

func (r *run) all() *Failure {
	if len(r.req.SpecificFiles) > 0 && (!r.req.SinglePackage || len(r.req.Packages) > 0) {
		return &Failure{"INVALID_OPERATION", "INVALID_OPERATION: specificFiles needs singlePackage and no packageNames"}
	}
	if r.req.Unpackaged || len(r.req.Packages) == 0 {
		r.unpackaged()
	}
	for _, name := range r.req.Packages {
		if err := r.named(name); err != nil {
			return err
		}
	}
	if r.counted > MaxFiles {
		return &Failure{"LIMIT_EXCEEDED", fmt.Sprintf("LIMIT_EXCEEDED: Too many files in retrieve call, limit is: %d", MaxFiles)}
	}
	return nil
}

func (r *run) unpackaged() {
	root := "unpackaged/"
	if r.req.SinglePackage {
		root = ""
	}
	sel := r.selectMembers(root)
	r.emit(sel, root)
	manifest := r.manifest(sel)
	r.add(Entry{Path: root + "package.xml", Content: manifest})
	r.out.Properties = append(r.out.Properties, orgstate.Properties{
		FileName: root + "package.xml", FullName: root + "package.xml", Type: "Package",
		Created: r.view.Caller, Modified: r.view.Caller, ManageableState: "unmanaged",
	})
}

// named gives an installed package by its name: all that carries its namespace.
func (r *run) named(name string) *Failure {
	if !r.state.Has(metadata.Component{Type: "InstalledPackage", FullName: name}) {
		return &Failure{"UNKNOWN_EXCEPTION", "INVALID_CROSS_REFERENCE_KEY: No package named '" + name + "' found"}
	}
	var members []metadata.Component
	for _, c := range r.state.All() {
		if orgstate.Namespace(c) == name {
			members = append(members, c)
		}
	}
	inner := *r
	inner.req.Manifest = metadata.NewManifest(r.version, members...)
	inner.req.Manifest.FullName = name
	sel := inner.selectMembers(name + "/")
	r.emit(sel, name+"/")
	r.add(Entry{Path: name + "/package.xml", Content: inner.req.Manifest.XML()})
	return nil
}

func (r *run) add(e Entry) {
	r.out.Entries = append(r.out.Entries, e)
	r.counted++
}

// manifest repeats the request, what was not found included.
func (r *run) manifest(sel *selection) []byte {
	m := metadata.Manifest{Version: r.version}
	for _, t := range r.req.Manifest.Types {
		members := make([]string, 0, len(t.Members))
		for _, name := range t.Members {
			if names := sel.stars[t.Name]; name == "*" && names != nil {
				members = append(members, names...)
				continue
			}
			members = append(members, name)
		}
		m.Types = append(m.Types, metadata.ManifestType{Name: t.Name, Members: members})
	}
	return m.XML()
}
