package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// sources parses the shipped files of all systems: build constraints do not
// matter to the rules below.
func sources(t *testing.T, p listed, do func(fset *token.FileSet, file *ast.File)) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(p.Dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Errorf("parse %s: %v", name, err)
			continue
		}
		do(fset, file)
	}
}

// restricted calls may be made in the packages named alone.
func restricted() map[string][]string {
	environment := []string{"cmd", "internal/config", "internal/cli"}
	return map[string][]string{
		"os.Exit":      {"cmd"},
		"log.Fatal":    {},
		"log.Fatalf":   {},
		"log.Fatalln":  {},
		"os.Getenv":    environment,
		"os.LookupEnv": environment,
		"os.Environ":   environment,
		"os.ExpandEnv": environment,
		"os.Setenv":    {},
		"fmt.Print":    {},
		"fmt.Printf":   {},
		"fmt.Println":  {},
	}
}

// uses names the functions of imported packages that a file mentions, called
// or passed on.
func uses(file *ast.File) []*ast.SelectorExpr {
	var found []*ast.SelectorExpr
	ast.Inspect(file, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok {
			if _, ok := sel.X.(*ast.Ident); ok {
				found = append(found, sel)
			}
		}
		return true
	})
	return found
}

func TestEffectsStayWithTheirOwners(t *testing.T) {
	t.Parallel()
	rules := restricted()
	for _, p := range list(t, "linux") {
		sources(t, p, func(fset *token.FileSet, file *ast.File) {
			for _, sel := range uses(file) {
				name := sel.X.(*ast.Ident).Name + "." + sel.Sel.Name
				owners, ok := rules[name]
				if ok && !slices.ContainsFunc(owners, func(o string) bool { return within(p.inner(), o) }) {
					t.Errorf("%s: %s belongs to %v", fset.Position(sel.Pos()), name, owners)
				}
			}
		})
	}
}

func TestNothingHappensBeforeMain(t *testing.T) {
	t.Parallel()
	for _, p := range list(t, "linux") {
		sources(t, p, func(fset *token.FileSet, file *ast.File) {
			for _, decl := range file.Decls {
				if f, ok := decl.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
					t.Errorf("%s: init function", fset.Position(f.Pos()))
				}
			}
		})
	}
}

// maxFunctionLines is where a function stops being readable at once.
const maxFunctionLines = 120

func TestFunctionsAreShort(t *testing.T) {
	t.Parallel()
	for _, p := range list(t, "linux") {
		sources(t, p, func(fset *token.FileSet, file *ast.File) {
			for _, decl := range file.Decls {
				f, ok := decl.(*ast.FuncDecl)
				if !ok {
					continue
				}
				if lines := fset.Position(f.End()).Line - fset.Position(f.Pos()).Line + 1; lines > maxFunctionLines {
					t.Errorf("%s: %s has %d lines", fset.Position(f.Pos()), f.Name.Name, lines)
				}
			}
		})
	}
}

func TestEveryPackageSaysWhatItIsFor(t *testing.T) {
	t.Parallel()
	vague := []string{"util", "utils", "common", "helper", "helpers", "types", "base"}
	for _, p := range list(t, "linux") {
		if slices.Contains(vague, p.Name) {
			t.Errorf("%s: the name says nothing", p.ImportPath)
		}
		// A program is one file, and says there what it is for.
		if _, err := os.Stat(filepath.Join(p.Dir, "doc.go")); err != nil && p.Name != "main" {
			t.Errorf("%s has no doc.go", p.inner())
			continue
		}
		want := "Package " + p.Name
		if p.Name == "main" {
			want = "Command " + filepath.Base(p.Dir)
		}
		if !strings.HasPrefix(p.Doc, want) {
			t.Errorf("%s: package comment begins with %q, not with %q", p.inner(), p.Doc, want)
		}
	}
}
