package metadata

import (
	"cmp"
	"fmt"
	"strings"
)

// Component names one piece of an org: its type (xmlName) and its fullName,
// both as the Metadata API spells them. A child has its parent's name in its
// fullName (CustomField Account.Rating__c), a member of a folder the folder's
// (Report Sales/Pipeline).
type Component struct {
	Type     string `json:"type"`
	FullName string `json:"full_name"`
}

// ParseComponent reads "Type:FullName".
func ParseComponent(s string) (Component, error) {
	typ, name, ok := strings.Cut(s, ":")
	if !ok || typ == "" || name == "" {
		return Component{}, fmt.Errorf("component %q is not of the form Type:FullName", s)
	}
	return Component{Type: typ, FullName: name}, nil
}

// String gives "Type:FullName".
func (c Component) String() string { return c.Type + ":" + c.FullName }

// Compare orders by type, then by fullName, both by code point.
func (c Component) Compare(o Component) int {
	return cmp.Or(cmp.Compare(c.Type, o.Type), cmp.Compare(c.FullName, o.FullName))
}
