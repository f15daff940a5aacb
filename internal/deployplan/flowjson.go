package deployplan

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/beevik/etree"

	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// errNotMetadata is a value that is no metadata of a flow.
var errNotMetadata = errors.New("it is no metadata of a flow")

// FlowFile gives the file that says what the Tooling API's field Metadata says of a
// flow's version. Numbers come as the reply spells them, so the decoder has to keep
// them. What the reply says is null, or an empty list, a file does not have.
func FlowFile(fields map[string]any) ([]byte, error) {
	if len(fields) == 0 {
		return nil, errNotMetadata
	}
	doc := etree.NewDocument()
	doc.WriteSettings.CanonicalText = true
	doc.CreateProcInst("xml", `version="1.0" encoding="UTF-8"`)
	root := doc.CreateElement("Flow")
	root.CreateAttr("xmlns", metadata.Namespace)
	if err := addFields(root, fields); err != nil {
		return nil, err
	}
	return write(doc)
}

func addFields(to *etree.Element, fields map[string]any) error {
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if err := addField(to, name, fields[name]); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

func addField(to *etree.Element, name string, value any) error {
	switch v := value.(type) {
	case nil:
		return nil
	case []any:
		for _, each := range v {
			if err := addField(to, name, each); err != nil {
				return err
			}
		}
		return nil
	case map[string]any:
		return addFields(to.CreateElement(name), v)
	case float64:
		return fmt.Errorf("%w: a number has lost its spelling", errNotMetadata)
	}
	to.AddChild(leaf(name, fmt.Sprint(value)))
	return nil
}
