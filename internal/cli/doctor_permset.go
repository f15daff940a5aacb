package cli

import (
	"fmt"
	"slices"
	"strings"
)

// backupSet is the name of the permission set that is printed.
const backupSet = "Orgkeep_Backup"

// permissionSetResult is what --json prints.
type permissionSetResult struct {
	FullName string `json:"full_name"`
	// Path is where the file lies in a package.
	Path string `json:"path"`
	XML  string `json:"xml"`
}

// printPermissionSet prints what a user needs who takes snapshots: no right to
// change data, nor the application beyond what the Metadata API asks for.
func (f *Factory) printPermissionSet() error {
	path := "permissionsets/" + backupSet + ".permissionset"
	if f.JSON() {
		return f.WriteJSON("doctor", permissionSetResult{FullName: backupSet, Path: path, XML: permissionSetXML()})
	}
	if _, err := fmt.Fprint(f.IO.Out, permissionSetXML()); err != nil {
		return fmt.Errorf("write the permission set: %w", err)
	}
	f.IO.Note("Put it at %s of a package, deploy that, and assign it to the user.", path)
	return nil
}

// permissionSetXML is in the form that a retrieve has: permissions by name.
func permissionSetXML() string {
	var names []string
	for _, r := range rights() {
		if r.backup {
			names = append(names, r.name)
		}
	}
	slices.Sort(names)
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?>
<PermissionSet xmlns="http://soap.sforce.com/2006/04/metadata">
    <description>What a user needs who takes snapshots of the metadata with orgkeep. It gives no access to records.</description>
    <hasActivationRequired>false</hasActivationRequired>
    <label>Orgkeep Backup</label>
`)
	for _, name := range names {
		fmt.Fprintf(&b, "    <userPermissions>\n        <enabled>true</enabled>\n        <name>%s</name>\n    </userPermissions>\n", name)
	}
	b.WriteString("</PermissionSet>\n")
	return b.String()
}
