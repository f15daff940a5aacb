package retrieve

import (
	"context"

	"github.com/orgkeep/orgkeep/pkg/mdapi"
)

// Describer tells which types an org has.
type Describer interface {
	DescribeMetadata(ctx context.Context) (mdapi.DescribeResult, error)
}

// Lister lists the components of a type, at most three queries a call.
type Lister interface {
	ListMetadata(ctx context.Context, queries ...mdapi.ListQuery) ([]mdapi.FileProperties, error)
}

// Retriever starts a retrieve and waits for its zip.
type Retriever interface {
	Retrieve(ctx context.Context, req mdapi.RetrieveRequest) (mdapi.AsyncID, error)
	WaitRetrieve(ctx context.Context, id mdapi.AsyncID, zipPath string, progress func(mdapi.RetrieveStatus)) (mdapi.RetrieveResult, error)
}

// Inventory is an org that can be listed.
type Inventory interface {
	Describer
	Lister
}

// Progress is told how far a run is. Total is zero while it is unknown.
type Progress func(step Step)

// Step is one state of a run that somebody watches.
type Step struct {
	Phase string // "list", "retrieve", "write", "merge"
	Done  int
	Total int
	Unit  string // what Done and Total count: "queries", "batches", "files"
	Bytes int64  // that came so far
	// Expected is how many bytes there will be, as far as that can be told; zero
	// where it cannot.
	Expected int64
	Note     string // what the org is doing, in words
}

func (p Progress) tell(s Step) {
	if p != nil {
		p(s)
	}
}
