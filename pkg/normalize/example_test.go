package normalize_test

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/orgkeep/orgkeep/pkg/normalize"
)

const untidy = `<Package xmlns='http://soap.sforce.com/2006/04/metadata'>
  <types><members>B</members><members>A</members><name>ApexClass</name></types></Package>`

func ExampleNormalizer_Bytes() {
	n, err := normalize.New()
	if err != nil {
		fmt.Println(err)
		return
	}
	res := n.Bytes("package.xml", []byte(untidy))
	fmt.Printf("%s", res.Output)
	for _, group := range res.Sorted {
		fmt.Printf("line %d: %s by %v\n", group.Line, group.Path, group.Rule.Key)
	}
	// Output:
	// <?xml version="1.0" encoding="UTF-8"?>
	// <Package xmlns="http://soap.sforce.com/2006/04/metadata">
	//     <types>
	//         <members>A</members>
	//         <members>B</members>
	//         <name>ApexClass</name>
	//     </types>
	// </Package>
	// line 2: Package.types.members by [.]
}

func ExampleNormalizer_Bytes_refused() {
	n, _ := normalize.New()
	res := n.Bytes("profiles/Admin.profile", []byte("<Profile>\n<custom>&nbsp;</custom></Profile>"))
	fmt.Println(res.Refused)
	fmt.Printf("%s\n", res.Output)
	// Output:
	// line 2, column 9: an entity other than the five of XML, or a forbidden character
	// <Profile>
	// <custom>&nbsp;</custom></Profile>
}

func ExampleNormalizer_Stream() {
	n, _ := normalize.New()
	res, err := n.Stream(context.Background(), "package.xml", strings.NewReader(untidy), os.Stdout)
	fmt.Println(res.Unchanged, err)
	// Output:
	// <?xml version="1.0" encoding="UTF-8"?>
	// <Package xmlns="http://soap.sforce.com/2006/04/metadata">
	//     <types>
	//         <members>A</members>
	//         <members>B</members>
	//         <name>ApexClass</name>
	//     </types>
	// </Package>
	// false <nil>
}

func ExampleWithRules() {
	n, err := normalize.New(normalize.WithRules(
		normalize.Rule{Type: "Package", Path: "types.members"}, // no key: keep the order
	))
	fmt.Println(err, n.Bytes("package.xml", []byte(untidy)).Sorted)

	_, err = normalize.New(normalize.WithRules(
		normalize.Rule{Type: "Workflow", Path: "rules.criteriaItems", Key: []string{"field"}},
	))
	fmt.Println(err)
	// Output:
	// <nil> []
	// custom rule 1: rule cannot be used: Workflow rules.criteriaItems: the order of criteriaItems has a meaning: filter logic counts them
}

func ExampleNormalizer_Merge() {
	n, _ := normalize.New()
	manifest := func(members string) []byte {
		return []byte("<Package><types>" + members + "<name>ApexClass</name></types></Package>")
	}
	merged, conflicts, err := n.Merge("package.xml",
		manifest("<members>B</members>"),
		manifest("<members>B</members><members>A</members>"),
		manifest("<members>C</members>"))
	fmt.Println(conflicts, err)
	fmt.Printf("%s", merged)
	// Output:
	// 0 <nil>
	// <?xml version="1.0" encoding="UTF-8"?>
	// <Package>
	//     <types>
	//         <members>A</members>
	//         <members>C</members>
	//         <name>ApexClass</name>
	//     </types>
	// </Package>
}
