package mdapi

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// MaxListQueries is the most that one call of listMetadata takes. Source:
// Metadata API Developer Guide, listMetadata().
const MaxListQueries = 3

// ErrTooManyQueries is returned for more than MaxListQueries, and for none.
var ErrTooManyQueries = errors.New("a list takes one to three queries")

// ListQuery asks for the components of a type. Folder is needed for the types
// that lie in folders.
type ListQuery struct {
	Type   string
	Folder string
}

// FileProperties is one row of a listing, or one file of a retrieve. Any of it
// may be missing: rows without an id, a type or a date are known. A date of 1970
// means that there is none.
type FileProperties struct {
	Type               string
	FullName           string
	FileName           string // relative to the root of the package
	ID                 string
	NamespacePrefix    string
	ManageableState    string // unmanaged, installed, ...
	CreatedByID        string
	CreatedByName      string
	CreatedDate        time.Time
	LastModifiedByID   string
	LastModifiedByName string
	LastModifiedDate   time.Time
}

type propertiesReply struct {
	Type               string `xml:"type"`
	FullName           string `xml:"fullName"`
	FileName           string `xml:"fileName"`
	ID                 string `xml:"id"`
	NamespacePrefix    string `xml:"namespacePrefix"`
	ManageableState    string `xml:"manageableState"`
	CreatedByID        string `xml:"createdById"`
	CreatedByName      string `xml:"createdByName"`
	CreatedDate        moment `xml:"createdDate"`
	LastModifiedByID   string `xml:"lastModifiedById"`
	LastModifiedByName string `xml:"lastModifiedByName"`
	LastModifiedDate   moment `xml:"lastModifiedDate"`
}

func (p propertiesReply) properties() FileProperties {
	return FileProperties{
		Type: p.Type, FullName: p.FullName, FileName: p.FileName, ID: p.ID,
		NamespacePrefix: p.NamespacePrefix, ManageableState: p.ManageableState,
		CreatedByID: p.CreatedByID, CreatedByName: p.CreatedByName, CreatedDate: p.CreatedDate.time(),
		LastModifiedByID: p.LastModifiedByID, LastModifiedByName: p.LastModifiedByName, LastModifiedDate: p.LastModifiedDate.time(),
	}
}

// ListMetadata lists components, in the service's order. One query that the org
// does not take voids the whole call; a type that it lacks is an ErrUnknownType.
// The service cuts lists at about 100,000 rows and does not say so.
func (c *Client) ListMetadata(ctx context.Context, queries ...ListQuery) ([]FileProperties, error) {
	if len(queries) == 0 || len(queries) > MaxListQueries {
		return nil, fmt.Errorf("%w: got %d", ErrTooManyQueries, len(queries))
	}
	var rows []FileProperties
	err := c.soap(ctx, call{
		op: "listMetadata", repeat: reading,
		args: func(e *element) {
			for _, q := range queries {
				e.open("queries")
				e.optional("folder", q.Folder)
				e.text("type", q.Type)
				e.close("queries")
			}
			e.version("asOfVersion", c.cfg.Version)
		},
		begin: func() error { rows = nil; return nil },
		each:  into(func(r *propertiesReply) { rows = append(rows, r.properties()) }),
	})
	if err != nil {
		return nil, err
	}
	return rows, nil
}
