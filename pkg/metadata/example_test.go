package metadata_test

import (
	"errors"
	"fmt"

	"github.com/orgkeep/orgkeep/pkg/metadata"
)

func ExampleDefault() {
	t, _ := metadata.Default().Type("ApexClass")
	fmt.Println(t.Directory, t.Suffix, t.MetaFile)
	// Output: classes cls true
}

func ExampleRegistry_ComponentAt() {
	r := metadata.Default()
	for _, p := range []string{"classes/Foo.cls-meta.xml", "reports/Sales/Pipeline.report", "reports/Sales-meta.xml", "lwc/tile/tile.js", "README.md"} {
		c, ok := r.ComponentAt(p)
		fmt.Println(c, ok)
	}
	// Output:
	// ApexClass:Foo true
	// Report:Sales/Pipeline true
	// Report:Sales true
	// LightningComponentBundle:tile true
	// : false
}

func ExampleRegistry_Path() {
	r := metadata.Default()
	for _, c := range []metadata.Component{
		{Type: "ApexClass", FullName: "Foo"},
		{Type: "CustomField", FullName: "Account.Rating__c"},
		{Type: "CustomLabel", FullName: "Greeting"},
	} {
		p, _ := r.Path(c)
		fmt.Println(p)
	}
	// Output:
	// classes/Foo.cls
	// objects/Account.object
	// labels/CustomLabels.labels
}

func ExampleRegistry_Parent() {
	parent, child, _ := metadata.Default().Parent("WorkflowAlert")
	fmt.Println(parent.Name, child.Element, child.FullName("Account", "Tell"))
	// Output: Workflow alerts Account.Tell
}

// An org that describes itself wins over the table.
func ExampleRegistry_With() {
	r := metadata.Default().With(metadata.Type{Name: "Brandnew", Directory: "brandnews", Suffix: "brandnew"})
	c, ok := r.ComponentAt("brandnews/One.brandnew")
	fmt.Println(c, ok)
	// Output: Brandnew:One true
}

func ExampleNewManifest() {
	m := metadata.NewManifest(66,
		metadata.Component{Type: "Layout", FullName: "Account-Account Layout"},
		metadata.Component{Type: "ApexClass", FullName: "*"},
	)
	fmt.Print(string(m.XML()))
	// Output:
	// <?xml version="1.0" encoding="UTF-8"?>
	// <Package xmlns="http://soap.sforce.com/2006/04/metadata">
	//     <types>
	//         <members>*</members>
	//         <name>ApexClass</name>
	//     </types>
	//     <types>
	//         <members>Account-Account Layout</members>
	//         <name>Layout</name>
	//     </types>
	//     <version>66.0</version>
	// </Package>
}

func ExampleParseManifest() {
	m, err := metadata.ParseManifest([]byte(`<Package xmlns="http://soap.sforce.com/2006/04/metadata">
		<types><members>Foo</members><members>Bar</members><name>ApexClass</name></types>
		<version>66.0</version>
	</Package>`))
	fmt.Println(m.Version, m.Components(), err)

	_, err = metadata.ParseManifest([]byte(`<!DOCTYPE Package><Package/>`))
	fmt.Println(err)
	// Output:
	// 66.0 [ApexClass:Bar ApexClass:Foo] <nil>
	// manifest cannot be read: line 1, column 19: a DTD is not allowed
}

func ExampleParseComponent() {
	c, err := metadata.ParseComponent("CustomField:Account.Rating__c")
	fmt.Println(c.Type, c.FullName, err)
	// Output: CustomField Account.Rating__c <nil>
}

func ExampleParseVersion() {
	for _, s := range []string{"66.0", "v30.0"} {
		v, err := metadata.ParseVersion(s)
		fmt.Println(v, v.Supported(), err)
	}
	// Output:
	// 66.0 true <nil>
	// 30.0 false <nil>
}

func ExampleCheckPath() {
	fmt.Println(metadata.CheckPath("classes/Foo.cls"))
	err := metadata.CheckPath("classes/../../.bashrc")
	fmt.Println(errors.Is(err, metadata.ErrPath), err)
	// Output:
	// <nil>
	// true path cannot be used: "classes/../../.bashrc" has a part that is . or ..
}
