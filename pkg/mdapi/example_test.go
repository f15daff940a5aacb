package mdapi_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/orgkeep/orgkeep/pkg/emulator"
	"github.com/orgkeep/orgkeep/pkg/mdapi"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// example starts an org to try the client on. A real one has its URL and token
// from a sign-in.
func example() (url, token string, stop func()) {
	org, err := emulator.New(emulator.WithOrg(class()), emulator.WithUsername("ada@acme.example"))
	if err != nil {
		panic(err)
	}
	if err := org.Start(context.Background(), "127.0.0.1:0"); err != nil {
		panic(err)
	}
	return org.URL(), org.Credentials().AccessToken, func() { _ = org.Close() }
}

func Example() {
	url, token, stop := example()
	defer stop()
	ctx := context.Background()
	client, err := mdapi.New(mdapi.Config{InstanceURL: url, Version: 66, Tokens: mdapi.StaticToken(token)})
	if err != nil {
		fmt.Println(err)
		return
	}
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(dir) }()

	manifest := metadata.NewManifest(66, metadata.Component{Type: "ApexClass", FullName: "*"})
	id, err := client.Retrieve(ctx, mdapi.RetrieveRequest{Manifest: manifest, SinglePackage: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := client.WaitRetrieve(ctx, id, filepath.Join(dir, "classes.zip"), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(result.Status, filepath.Base(result.ZipPath), len(result.Files))
	// Output: Succeeded classes.zip 2
}

func ExampleClient_ListMetadata() {
	url, token, stop := example()
	defer stop()
	client, err := mdapi.New(mdapi.Config{InstanceURL: url, Version: 66, Tokens: mdapi.StaticToken(token)})
	if err != nil {
		fmt.Println(err)
		return
	}
	rows, err := client.ListMetadata(context.Background(), mdapi.ListQuery{Type: "ApexClass"}, mdapi.ListQuery{Type: "CustomLabels"})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, row := range rows {
		fmt.Println(row.Type, row.FullName, row.FileName)
	}
	_, err = client.ListMetadata(context.Background(), mdapi.ListQuery{Type: "Territory2"}, mdapi.ListQuery{Type: "Nonsense"})
	fmt.Println(errors.Is(err, mdapi.ErrUnknownType))
	// Output:
	// ApexClass Hello classes/Hello.cls
	// true
}

func ExampleClient_Query() {
	url, token, stop := example()
	defer stop()
	client, err := mdapi.New(mdapi.Config{InstanceURL: url, Version: 66, Tokens: mdapi.StaticToken(token)})
	if err != nil {
		fmt.Println(err)
		return
	}
	rows, err := client.Query(context.Background(), "SELECT Username FROM User WHERE Username = 'ada@acme.example'")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, row := range rows {
		fmt.Println(row.Text("Username"))
	}
	// Output: ada@acme.example
}

// A deploy is never repeated by the client: ErrOutcomeUnknown tells the caller to
// look first.
func ExampleClient_Deploy() {
	url, token, stop := example()
	defer stop()
	client, err := mdapi.New(mdapi.Config{InstanceURL: url, Version: 66, Tokens: mdapi.StaticToken(token)})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = client.Deploy(context.Background(), "no-such.zip", mdapi.DeployOptions{CheckOnly: true, RollbackOnError: true})
	switch {
	case errors.Is(err, mdapi.ErrOutcomeUnknown):
		fmt.Println("ask the org for its deploys before another attempt")
	case err != nil:
		fmt.Println("nothing was started")
	}
	// Output: nothing was started
}
