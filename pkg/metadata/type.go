package metadata

// Type is what has to be known of a metadata type to list it, to ask for its
// members and to find its files. Source: describeMetadata for the first six
// fields; children beyond their names are not described by an org.
type Type struct {
	Name      string // xmlName: ApexClass
	Directory string // folder in a package: classes
	Suffix    string // ending of its files, without the dot; empty for bundles
	InFolder  bool   // members live in folders, and listing them needs a folder
	MetaFile  bool   // a content file has its XML beside it as X-meta.xml
	Bundle    bool   // a component is a folder of files
	// FolderType is the type under which listMetadata lists the folders of a
	// type that is InFolder: ReportFolder.
	FolderType string
	Children   []Child
}

// Child is a type whose components live in the file of a parent.
type Child struct {
	Type    string // CustomField
	Element string // element in the parent's file: fields
	Key     string // element that holds the name: fullName
	// Bare children are named without their parent: CustomLabel Greeting.
	Bare bool
	// Unaddressable children cannot be named in a manifest: CustomFieldTranslation.
	Unaddressable bool
}

// FullName gives the child's full name from its parent's and its own.
func (c Child) FullName(parent, name string) string {
	if c.Bare {
		return name
	}
	return parent + "." + name
}
