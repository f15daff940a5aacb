package retrieve

import (
	"bytes"
	"testing"
)

// A file that can be cut is put together again byte for byte, and united with
// itself it says the same.
func FuzzCut(f *testing.F) {
	f.Add([]byte("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Profile xmlns=\"u\">\n    <classAccesses>\n        <apexClass>A</apexClass>\n    </classAccesses>\n    <custom>false</custom>\n</Profile>\n"))
	f.Add([]byte("<Profile xmlns=\"u\"/>"))
	f.Add([]byte("<!-- a --><Profile> text <a b=\"c\"/><!-- d --></Profile>\n<!-- e -->"))
	f.Add([]byte("<Profile><layoutAssignments><layout>O-L</layout></layoutAssignments></Profile>"))
	f.Fuzz(func(t *testing.T, data []byte) {
		doc, err := cutCompanion("Profile", data)
		if err != nil {
			return
		}
		if again := doc.bytes(); !bytes.Equal(again, data) && !bytes.Contains(data, []byte("/>")) {
			t.Errorf("%q became %q", data, again)
		}
		united, differ, err := Unite("Profile", each(data, data))
		if err != nil || len(differ) > 0 {
			t.Fatalf("%q differs from itself in %v: %v", data, differ, err)
		}
		once, _, err := Unite("Profile", each(data))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(once, united) {
			t.Errorf("%q alone is %q, with itself %q", data, once, united)
		}
	})
}
