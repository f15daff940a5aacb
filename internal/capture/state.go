package capture

import (
	"context"
	"time"

	"github.com/orgkeep/orgkeep/internal/retrieve"
	"github.com/orgkeep/orgkeep/internal/seal"
	"github.com/orgkeep/orgkeep/internal/tree"
	"github.com/orgkeep/orgkeep/pkg/mdapi"
	"github.com/orgkeep/orgkeep/pkg/metadata"
	"github.com/orgkeep/orgkeep/pkg/normalize"
)

// Org is an org that can be read. It is wide because it is all that a snapshot
// asks of one; *mdapi.Client is one.
type Org interface {
	retrieve.Inventory
	retrieve.Retriever
	Users(ctx context.Context, ids ...string) (map[string]mdapi.User, error)
	Query(ctx context.Context, soql string) ([]mdapi.Record, error)
	ServerTime() time.Time
}

// Sink takes contents as they come and gives their ids. One that also takes
// deflate streams, as *snapshot.Batch does, is called from several goroutines at
// a time; others are not.
type Sink interface {
	Blob(content []byte) (tree.Hash, error)
}

// deflatedSink is a Sink that stores a deflate stream of content as it is. The stream
// was inflated to its last byte, and sum is the CRC-32 of what came.
type deflatedSink interface {
	BlobDeflated(content, deflate []byte, sum uint32) (tree.Hash, error)
}

// Base is the state that is already recorded; what did not come is carried over
// from it.
type Base struct {
	Tree  tree.Tree
	Blobs tree.Blobs
}

// ReadOptions say what to read and how.
type ReadOptions struct {
	Version metadata.Version
	// Keep narrows the run to some components; nil means all.
	Keep func(metadata.Component) bool
	// KeepType tells which types need listing under Keep; nil means all.
	KeepType func(typeName string) bool
	// Seal takes secrets out of what is stored; the zero value does it without a
	// key.
	Seal seal.Sealer
	// LeaveOut takes components out of all runs; nil means none. What a snapshot
	// holds of them stays as it is. Scope stands for the rule: another one makes the
	// next run a full one.
	LeaveOut func(c metadata.Component, namespace string) bool
	Scope    string
	ZipDir   string
	Limits   retrieve.Limits
	Progress retrieve.Progress
	// Wait waits before a retrieve that failed is tried again; nil waits by the
	// clock.
	Wait func(ctx context.Context, d time.Duration) error
}

// State is what an org was found to hold.
type State struct {
	Tree     tree.Tree
	Registry *metadata.Registry
	Listing  *retrieve.Listing
	Coverage Coverage
	Warnings []Warning
	// ListedAt is the server's time when listing began.
	ListedAt time.Time
	// Zips are the files that the retrieves left; they are kept until what they
	// hold is recorded, because the service hands a zip out once.
	Zips []string
}

// Warning is something about one file that the user should know.
type Warning struct {
	Path   string `json:"path"`
	Reason string `json:"reason"`
}

// Normalizer brings a file into the stored form. It is safe for concurrent use.
type Normalizer interface {
	Bytes(path string, input []byte) normalize.Result
}
