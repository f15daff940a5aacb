package mdapi

import (
	"context"
	"encoding/xml"
)

// MetadataRecord is one component as readMetadata gives it.
type MetadataRecord struct {
	Type     string
	FullName string
	// XML is what stands inside the record's element, as the service wrote it.
	XML []byte
}

// ReadMetadata reads components of one type by name, at most ten a call (more for
// custom metadata). Those that do not exist are left out.
func (c *Client) ReadMetadata(ctx context.Context, typeName string, fullNames ...string) ([]MetadataRecord, error) {
	var out []MetadataRecord
	err := c.soap(ctx, call{
		op: "readMetadata", repeat: reading,
		args: func(e *element) {
			e.text("type", typeName)
			e.all("fullNames", fullNames)
		},
		begin: func() error { out = nil; return nil },
		each:  func(d *xml.Decoder, start xml.StartElement) error { return readRecords(d, start, typeName, &out) },
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

func readRecords(d *xml.Decoder, result xml.StartElement, typeName string, out *[]MetadataRecord) error {
	if result.Name.Local != "result" {
		return d.Skip()
	}
	return children(d, func(e xml.StartElement) error {
		if e.Name.Local != "records" {
			return d.Skip()
		}
		var record struct {
			FullName string `xml:"fullName"`
			Inner    []byte `xml:",innerxml"`
		}
		if err := d.DecodeElement(&record, &e); err != nil {
			return err
		}
		if record.FullName != "" {
			*out = append(*out, MetadataRecord{Type: typeName, FullName: record.FullName, XML: record.Inner})
		}
		return nil
	})
}
