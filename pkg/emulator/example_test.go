package emulator_test

import (
	"context"
	"fmt"
	"testing/fstest"

	"github.com/orgkeep/orgkeep/pkg/emulator"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

func Example() {
	folder := fstest.MapFS{
		"classes/Hello.cls":          {Data: []byte("public class Hello {}\n")},
		"classes/Hello.cls-meta.xml": {Data: []byte(`<ApexClass xmlns="http://soap.sforce.com/2006/04/metadata"/>`)},
	}
	org, err := emulator.New(emulator.WithOrg(folder), emulator.WithUsername("ada@acme.example"))
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := org.Start(context.Background(), "127.0.0.1:0"); err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = org.Close() }()
	// A client signs in with org.Credentials() at org.URL(). Meanwhile:
	org.AddUser("bo@acme.example", "Bo Builder")
	err = org.Edit("bo@acme.example", func(e *emulator.Editor) error {
		return e.Delete(metadata.Component{Type: "ApexClass", FullName: "Hello"})
	})
	fmt.Println(len(org.Files()), err)
	// Output: 0 <nil>
}
