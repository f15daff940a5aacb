package retrieve_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/orgkeep/orgkeep/internal/retrieve"
	"github.com/orgkeep/orgkeep/internal/state"
	"github.com/orgkeep/orgkeep/pkg/mdapi"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// once is an org that hands out zips and counts them.
type once struct {
	rows []mdapi.FileProperties
	zips int
	gone mdapi.AsyncID // a retrieve that it does not know any more
}

func (o *once) ListMetadata(context.Context, ...mdapi.ListQuery) ([]mdapi.FileProperties, error) {
	return o.rows, nil
}

func (o *once) Retrieve(context.Context, mdapi.RetrieveRequest) (mdapi.AsyncID, error) {
	o.zips++
	return mdapi.AsyncID(fmt.Sprintf("09S%03d", o.zips)), nil
}

func (o *once) WaitRetrieve(_ context.Context, id mdapi.AsyncID, zip string, _ func(mdapi.RetrieveStatus)) (mdapi.RetrieveResult, error) {
	if id == o.gone {
		return mdapi.RetrieveResult{}, &mdapi.Fault{Code: "INVALID_CROSS_REFERENCE_KEY", Message: "invalid cross reference id"}
	}
	content := "zip of " + string(id)
	return mdapi.RetrieveResult{
		ID: id, Done: true, Success: true, ZipPath: zip, ZipSize: int64(len(content)), Files: o.rows,
		Messages: []mdapi.RetrieveMessage{{FileName: "package.xml", Problem: "p"}},
	}, os.WriteFile(zip, []byte(content), 0o600)
}

// keeping is a folder in which runs follow each other.
type keeping struct {
	t     *testing.T
	org   *once
	dir   string
	whose string
	now   time.Time
}

func newKeeping(t *testing.T) *keeping {
	t.Helper()
	return &keeping{t: t, dir: t.TempDir(), whose: "acme", now: time.Unix(1_000_000, 0), org: &once{rows: []mdapi.FileProperties{
		{Type: "ApexClass", FullName: "Captain", ID: "01p", LastModifiedDate: time.Unix(5000, 0).UTC()},
		{Type: "CustomField", FullName: "Ship__c.Speed__c", ID: "00N", LastModifiedDate: time.Unix(6000, 0).UTC()},
		{Type: "Report", FullName: "Fleet/Fast", ID: "00O", LastModifiedDate: time.Unix(7000, 0).UTC()},
	}}}
}

func (k *keeping) begin() *retrieve.Kept {
	k.t.Helper()
	kept, err := retrieve.NewKept(k.org, k.org, retrieve.KeepOptions{
		Dir: k.dir, Whose: k.whose, FS: state.OS(), Now: func() time.Time { return k.now },
	})
	if err != nil {
		k.t.Fatal(err)
	}
	if _, err := kept.ListMetadata(k.t.Context()); err != nil {
		k.t.Fatal(err)
	}
	return kept
}

// take retrieves classes and objects.
func (k *keeping) take(kept *retrieve.Kept) mdapi.RetrieveResult {
	k.t.Helper()
	manifest := metadata.NewManifest(66, metadata.Component{Type: "ApexClass", FullName: "Captain"}, metadata.Component{Type: "CustomObject", FullName: "Ship__c"})
	id, err := kept.Retrieve(k.t.Context(), mdapi.RetrieveRequest{Manifest: manifest, SinglePackage: true})
	if err != nil {
		k.t.Fatal(err)
	}
	result, err := kept.WaitRetrieve(k.t.Context(), id, filepath.Join(k.dir, "retrieve.zip"), nil)
	if err != nil {
		k.t.Fatal(err)
	}
	return result
}

func TestAZipThatADeadRunLeftIsNotAskedForAgain(t *testing.T) {
	t.Parallel()
	k := newKeeping(t)
	first := k.take(k.begin())
	k.now = k.now.Add(10 * time.Minute)
	again := k.take(k.begin())
	if diff := cmp.Diff(first, again); diff != "" {
		t.Errorf("result (-want +got):\n%s", diff)
	}
	if content, err := os.ReadFile(again.ZipPath); err != nil || string(content) != "zip of 09S001" {
		t.Errorf("the zip holds %q: %v", content, err)
	}
	if k.org.zips != 1 {
		t.Errorf("%d retrieves", k.org.zips)
	}
}

func TestAKeptZipIsNotTakenWhen(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*keeping, mdapi.RetrieveResult){
		"a component has moved": func(k *keeping, _ mdapi.RetrieveResult) { k.org.rows[0].LastModifiedDate = time.Unix(9000, 0) },
		"a child has moved":     func(k *keeping, _ mdapi.RetrieveResult) { k.org.rows[1].LastModifiedByID = "005" },
		"a component has gone":  func(k *keeping, _ mdapi.RetrieveResult) { k.org.rows = k.org.rows[1:] },
		"somebody else asks":    func(k *keeping, _ mdapi.RetrieveResult) { k.whose = "acme as ada" },
		"it is old":             func(k *keeping, _ mdapi.RetrieveResult) { k.now = k.now.Add(time.Hour) },
		"it is of the future":   func(k *keeping, _ mdapi.RetrieveResult) { k.now = k.now.Add(-time.Minute) },
		"it lacks its end":      func(k *keeping, r mdapi.RetrieveResult) { _ = os.Truncate(r.ZipPath, 3) },
		"it is gone":            func(k *keeping, r mdapi.RetrieveResult) { _ = os.Remove(r.ZipPath) },
		"its run ended as it ought": func(k *keeping, _ mdapi.RetrieveResult) {
			if err := k.begin().Forget(); err != nil {
				k.t.Error(err)
			}
			if left, _ := os.ReadDir(k.dir); len(left) > 0 {
				k.t.Errorf("left behind: %v", left)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := newKeeping(t)
			change(k, k.take(k.begin()))
			if k.take(k.begin()); k.org.zips != 2 {
				t.Errorf("%d retrieves", k.org.zips)
			}
		})
	}
}

func TestWhatConcernsOtherTypesLeavesAKeptZipGood(t *testing.T) {
	t.Parallel()
	k := newKeeping(t)
	k.take(k.begin())
	k.org.rows[2].LastModifiedDate = time.Unix(9000, 0)
	if k.take(k.begin()); k.org.zips != 1 {
		t.Errorf("%d retrieves", k.org.zips)
	}
}

func TestAKeptZipThatIsOfNoUseIsAskedForAgain(t *testing.T) {
	t.Parallel()
	k := newKeeping(t)
	k.take(k.begin())
	run := k.begin()
	kept, fresh := k.take(run), k.take(run)
	if k.org.zips != 2 || kept.ZipPath == fresh.ZipPath {
		t.Errorf("%d retrieves, %s and %s", k.org.zips, kept.ZipPath, fresh.ZipPath)
	}
}

func TestARetrieveThatWasStartedIsWaitedFor(t *testing.T) {
	t.Parallel()
	manifest := metadata.NewManifest(66, metadata.Component{Type: "ApexClass", FullName: "Captain"})
	start := func(k *keeping) (*retrieve.Kept, mdapi.AsyncID) {
		k.t.Helper()
		kept := k.begin()
		id, err := kept.Retrieve(k.t.Context(), mdapi.RetrieveRequest{Manifest: manifest, SinglePackage: true})
		if err != nil {
			k.t.Fatal(err)
		}
		return kept, id
	}
	wait := func(k *keeping, kept *retrieve.Kept, id mdapi.AsyncID) mdapi.RetrieveResult {
		k.t.Helper()
		result, err := kept.WaitRetrieve(k.t.Context(), id, filepath.Join(k.dir, "x.zip"), nil)
		if err != nil {
			k.t.Fatal(err)
		}
		return result
	}
	t.Run("by the next run", func(t *testing.T) {
		t.Parallel()
		k := newKeeping(t)
		_, first := start(k)
		kept, again := start(k)
		if wait(k, kept, again); again != first || k.org.zips != 1 {
			t.Errorf("%s was started, %s is waited for, %d in all", first, again, k.org.zips)
		}
	})
	t.Run("and started again when the org does not know it any more", func(t *testing.T) {
		t.Parallel()
		k := newKeeping(t)
		_, first := start(k)
		k.org.gone = first
		kept, again := start(k)
		if result := wait(k, kept, again); again != first || result.ID == first || k.org.zips != 2 {
			t.Errorf("%s was started, %s came, %d in all", first, result.ID, k.org.zips)
		}
	})
	t.Run("unless it is too long ago", func(t *testing.T) {
		t.Parallel()
		k := newKeeping(t)
		_, first := start(k)
		k.now = k.now.Add(2 * time.Hour)
		if _, again := start(k); again == first {
			t.Error("it is waited for")
		}
	})
}
