package retrieve

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/orgkeep/orgkeep/pkg/mdapi"
)

func TestAKeptRowIsTheRowThatCame(t *testing.T) {
	t.Parallel()
	l := &Listing{}
	for _, when := range []time.Time{
		{},
		time.Unix(0, 0).UTC(), time.Date(2026, 11, 2, 9, 0, 0, 123456000, time.UTC),
		time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC), time.Date(1, 1, 1, 0, 0, 0, 1000, time.UTC),
	} {
		want := mdapi.FileProperties{
			Type: "ApexClass", FullName: "ns__A", FileName: "classes/A.cls", ID: "01p", NamespacePrefix: "ns", ManageableState: "installed",
			CreatedByID: "005a", CreatedByName: "Ada", CreatedDate: when,
			LastModifiedByID: "005b", LastModifiedByName: "Bo", LastModifiedDate: when.Add(time.Second),
		}
		if diff := cmp.Diff(want, l.keep("A", want).row()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", when, diff)
		}
	}
	if len(l.commons) != 1 {
		t.Errorf("%d copies of what rows have in common", len(l.commons))
	}
}
