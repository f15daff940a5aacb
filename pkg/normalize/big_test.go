package normalize_test

import (
	"bytes"
	"fmt"
)

// bigProfile makes an unsorted profile of about size bytes.
func bigProfile(size int) []byte {
	var b bytes.Buffer
	b.Grow(size + 1024)
	b.WriteString("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Profile xmlns=\"http://soap.sforce.com/2006/04/metadata\">\n")
	for i := uint32(1); b.Len() < size; i++ {
		fmt.Fprintf(&b, "    <fieldPermissions>\n        <editable>true</editable>\n        <field>Object_%d__c.Field_%d__c</field>\n"+
			"        <readable>true</readable>\n    </fieldPermissions>\n", i*2654435761, i)
	}
	b.WriteString("</Profile>\n")
	return b.Bytes()
}
