package retrieve

import (
	"time"

	"github.com/orgkeep/orgkeep/pkg/mdapi"
)

// keptRow is a row in the form in which a listing holds a hundred thousand of them.
type keptRow struct {
	name                   string // of the component
	fullName, fileName, id string
	created, modified      int64 // in microseconds, as years may be any
	common                 *common
}

// common is what many rows have in common: a large org has a handful of users.
type common struct {
	typeName, namespace, state           string
	createdByID, createdByName           string
	lastModifiedByID, lastModifiedByName string
}

// keep gives the kept form of a row of a component.
func (l *Listing) keep(name string, row mdapi.FileProperties) *keptRow {
	c := common{row.Type, row.NamespacePrefix, row.ManageableState, row.CreatedByID, row.CreatedByName, row.LastModifiedByID, row.LastModifiedByName}
	shared, ok := l.commons[c]
	if !ok {
		if l.commons == nil {
			l.commons = map[common]*common{}
		}
		shared = &c
		l.commons[c] = shared
	}
	return &keptRow{
		name: name, fullName: row.FullName, fileName: row.FileName, id: row.ID,
		created: row.CreatedDate.UnixMicro(), modified: row.LastModifiedDate.UnixMicro(), common: shared,
	}
}

// row gives the row as it came.
func (k *keptRow) row() mdapi.FileProperties {
	return mdapi.FileProperties{
		FullName: k.fullName, FileName: k.fileName, ID: k.id,
		CreatedDate: time.UnixMicro(k.created).UTC(), LastModifiedDate: time.UnixMicro(k.modified).UTC(),
		Type: k.common.typeName, NamespacePrefix: k.common.namespace, ManageableState: k.common.state,
		CreatedByID: k.common.createdByID, CreatedByName: k.common.createdByName,
		LastModifiedByID: k.common.lastModifiedByID, LastModifiedByName: k.common.lastModifiedByName,
	}
}
