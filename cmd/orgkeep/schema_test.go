package main

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// schemaAddress is where the schemas can be fetched: their folder in the
// repository.
const schemaAddress = "https://github.com/orgkeep/orgkeep/raw/main/cmd/orgkeep/testdata/schema/"

// schemas gives a compiler that knows all schemas by their addresses, as a program
// does that has fetched them. It asks no network.
func schemas() (*jsonschema.Compiler, error) {
	files, err := filepath.Glob(filepath.Join(schemaDir, "*.json"))
	if err != nil {
		return nil, err
	}
	compiler := jsonschema.NewCompiler()
	for _, file := range files {
		document, err := readJSON(file)
		if err != nil {
			return nil, err
		}
		if err := compiler.AddResource(schemaAddress+filepath.Base(file), document); err != nil {
			return nil, err
		}
	}
	return compiler, nil
}

func readJSON(file string) (any, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	document, err := jsonschema.UnmarshalJSON(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return document, nil
}

func TestEverySchemaSaysWhereItLies(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join(schemaDir, "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%d schemas, %v", len(files), err)
	}
	compiler, err := schemas()
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			document, err := readJSON(file)
			if err != nil {
				t.Fatal(err)
			}
			want := schemaAddress + filepath.Base(file)
			if object, _ := document.(map[string]any); object["$id"] != want {
				t.Errorf("$id is %v, want %s", object["$id"], want)
			}
			if _, err := compiler.Compile(want); err != nil {
				t.Error(err)
			}
		})
	}
}
