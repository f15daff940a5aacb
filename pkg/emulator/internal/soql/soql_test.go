package soql

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func ships() []Row {
	return []Row{
		{"Id": "001000000000001AAA", "Name": "Ada", "Speed": 12, "Sunk": false, "Since": "2026-05-01T10:00:00.000+0000", "Owner": Row{"Name": "Bo"}},
		{"Id": "001000000000002AAA", "Name": "Bea", "Speed": 9, "Sunk": true, "Since": "2026-05-02T10:00:00.000+0000", "Owner": Row{"Name": "Cy"}},
		{"Id": "001000000000003AAA", "Name": nil, "Speed": 30, "Sunk": false, "Since": "2026-05-03T10:00:00.000+0000", "Owner": nil},
	}
}

func TestQueries(t *testing.T) {
	t.Parallel()
	for q, want := range map[string][]string{
		"SELECT Id FROM Ship":                                             {"1", "2", "3"},
		"select Id from Ship where name = 'ada'":                          {"1"},
		"SELECT Id FROM Ship WHERE Speed > 10 AND Sunk = false":           {"1", "3"},
		"SELECT Id FROM Ship WHERE Name = null":                           {"3"},
		"SELECT Id FROM Ship WHERE Name != null":                          {"1", "2"},
		"SELECT Id FROM Ship WHERE Name IN ('Ada', 'Bea')":                {"1", "2"},
		"SELECT Id FROM Ship WHERE Name NOT IN ('Ada')":                   {"2", "3"},
		"SELECT Id FROM Ship WHERE Name LIKE '%e%'":                       {"2"},
		"SELECT Id FROM Ship WHERE NOT (Sunk = true OR Name = 'Ada')":     {"3"},
		"SELECT Id FROM Ship WHERE Since > 2026-05-01T12:00:00Z":          {"2", "3"},
		"SELECT Id FROM Ship WHERE Owner.Name = 'Cy'":                     {"2"},
		"SELECT Id FROM Ship WHERE Id = '001000000000002'":                {"2"},
		"SELECT Id FROM Ship ORDER BY Name DESC LIMIT 1":                  {"2"},
		"SELECT id FROM Ship ORDER BY speed":                              {"2", "1", "3"},
		"SELECT Id FROM Ship USING SCOPE everything ORDER BY Id OFFSET 2": {"3"},
	} {
		t.Run(q, func(t *testing.T) {
			t.Parallel()
			parsed, err := Parse(q)
			if err != nil {
				t.Fatal(err)
			}
			rows, err := parsed.Run(ships())
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, r := range rows {
				id, _ := r["Id"].(string)
				got = append(got, id[14:15])
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	for _, q := range []string{"", "SELECT", "SELECT Id", "SELECT Id FROM", "SELECT Id FROM A WHERE", "SELECT Id FROM A WHERE x = 'y", "SELECT MAX(Id) FROM A", "SELECT Id FROM A LIMIT x", "SELECT Id FROM A extra", "SELECT Id FROM A WHERE Since = LAST_N_DAYS:30"} {
		if _, err := Parse(q); !errors.Is(err, ErrMalformed) {
			t.Errorf("%q: %v", q, err)
		}
	}
	for _, text := range []string{"SELECT Nope FROM Ship", "SELECT Id FROM Ship WHERE Nope = 1", "SELECT Id FROM Ship ORDER BY Nope"} {
		q, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := q.Run(ships()); !errors.Is(err, ErrField) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestFieldsAreSpeltAsTheObjectSpellsThem(t *testing.T) {
	t.Parallel()
	q, err := Parse("SELECT id, OWNER.name, speed FROM Ship WHERE Speed >= 12")
	if err != nil {
		t.Fatal(err)
	}
	got, err := q.Run(ships())
	if err != nil {
		t.Fatal(err)
	}
	want := []Row{
		{"Id": "001000000000001AAA", "Owner": Row{"Name": "Bo"}, "Speed": 12},
		{"Id": "001000000000003AAA", "Owner": nil, "Speed": 30},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("SELECT Id, Owner.Name FROM Ship WHERE (a = 'b' OR NOT c IN (1, 2)) AND d LIKE '%e' ORDER BY f DESC NULLS LAST LIMIT 5 OFFSET 1")
	f.Fuzz(func(t *testing.T, q string) {
		parsed, err := Parse(q)
		if err != nil {
			return
		}
		if _, err := parsed.Run(ships()); err != nil && !errors.Is(err, ErrField) {
			t.Error(err)
		}
	})
}
