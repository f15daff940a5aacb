package mdapi

import (
	"context"

	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// DescribeResult is what an org says of its metadata.
type DescribeResult struct {
	// Types are what describeMetadata tells of each: of children their names
	// alone, and nothing of the types under which folders are listed.
	Types     []metadata.Type
	Namespace string // of the org itself; usually empty
	// PartialSaveAllowed tells whether a deploy may do without rollbackOnError.
	PartialSaveAllowed bool
	// TestRequired tells whether the org is like production: deploys run tests.
	TestRequired bool
}

type describeReply struct {
	Objects []struct {
		Children  []string `xml:"childXmlNames"`
		Directory string   `xml:"directoryName"`
		InFolder  bool     `xml:"inFolder"`
		MetaFile  bool     `xml:"metaFile"`
		Suffix    string   `xml:"suffix"`
		Name      string   `xml:"xmlName"`
	} `xml:"metadataObjects"`
	Namespace          string `xml:"organizationNamespace"`
	PartialSaveAllowed bool   `xml:"partialSaveAllowed"`
	TestRequired       bool   `xml:"testRequired"`
}

// DescribeMetadata tells which types the org has in the client's API version.
func (c *Client) DescribeMetadata(ctx context.Context) (DescribeResult, error) {
	var got describeReply
	err := c.soap(ctx, call{
		op: "describeMetadata", repeat: reading,
		args:  func(e *element) { e.version("asOfVersion", c.cfg.Version) },
		begin: func() error { got = describeReply{}; return nil },
		each:  into(func(r *describeReply) { got = *r }),
	})
	if err != nil {
		return DescribeResult{}, err
	}
	return got.result(), nil
}

func (r describeReply) result() DescribeResult {
	out := DescribeResult{Namespace: r.Namespace, PartialSaveAllowed: r.PartialSaveAllowed, TestRequired: r.TestRequired}
	for _, o := range r.Objects {
		t := metadata.Type{
			Name: o.Name, Directory: o.Directory, Suffix: o.Suffix, InFolder: o.InFolder, MetaFile: o.MetaFile,
			// Bundles are described without a suffix; so are documents, whose
			// files keep their own.
			Bundle: o.Suffix == "" && !o.InFolder,
		}
		for _, child := range o.Children {
			if child != "" {
				t.Children = append(t.Children, metadata.Child{Type: child})
			}
		}
		if t.Name != "" {
			out.Types = append(out.Types, t)
		}
	}
	return out
}
