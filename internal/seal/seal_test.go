package seal_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/orgkeep/orgkeep/internal/seal"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// exampleKey is a key of nobody.
const exampleKey = "orgkeep-seal-key:v1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"

func key(t *testing.T) seal.Key {
	t.Helper()
	k, err := seal.ParseKey(exampleKey)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func file(typeName, body string) string {
	return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<" + typeName + " xmlns=\"http://soap.sforce.com/2006/04/metadata\">\n" + body + "</" + typeName + ">\n"
}

func nothing() ([]byte, error) { return nil, nil }

func stored(content string) func() ([]byte, error) {
	return func() ([]byte, error) { return []byte(content), nil }
}

func TestEveryElementOfTheTableIsSealedAndNothingElseMoves(t *testing.T) {
	t.Parallel()
	tests := []struct{ typeName, before, after string }{
		{"AuthProvider", "    <consumerKey>id</consumerKey>\n    <consumerSecret>", "</consumerSecret>\n"},
		{"ConnectedApp", "    <oauthConfig>\n        <consumerSecret>", "</consumerSecret>\n    </oauthConfig>\n"},
		{"DataConnectorS3", "    <s3AccessKey>id</s3AccessKey>\n    <s3SecretKey>", "</s3SecretKey>\n"},
		{"ExternalDataSource", "    <password>", "</password>\n    <username>u</username>\n"},
		{"ExternalDataSource", "    <oauthToken>", "</oauthToken>\n"},
		{"ExternalDataSource", "    <oauthRefreshToken>", "</oauthRefreshToken>\n"},
		{"ExtlClntAppGlobalOauthSettings", "    <consumerSecret>", "</consumerSecret>\n"},
		{"InstalledPackage", "    <password>", "</password>\n"},
		{"MktDataConnection", "    <credentials>\n        <credentialName>n</credentialName>\n        <value>", "</value>\n    </credentials>\n    <parameters>\n        <value>kept</value>\n    </parameters>\n"},
		{"NamedCredential", "    <awsAccessSecret>", "</awsAccessSecret>\n"},
		{"NamedCredential", "    <oauthToken>", "</oauthToken>\n    <password/>\n    <oauthRefreshToken></oauthRefreshToken>\n"},
		{"NamedCredential", "    <oauthRefreshToken>", "</oauthRefreshToken>\n"},
		{"NamedCredential", "    <password>", "</password>\n"},
		{"Network", "    <networkAuthApiSettings>\n        <recaptchaSecretKey>", "</recaptchaSecretKey>\n    </networkAuthApiSettings>\n"},
	}
	for _, tt := range tests {
		t.Run(tt.typeName+" "+strings.TrimSpace(tt.before), func(t *testing.T) {
			t.Parallel()
			c := metadata.Component{Type: tt.typeName, FullName: "One"}
			out, values, err := seal.Sealer{Key: key(t)}.Seal(c, []byte(file(tt.typeName, tt.before+"hunter2 &amp; more"+tt.after)), nothing)
			if err != nil {
				t.Fatal(err)
			}
			if len(values) != 1 || !values[0].Compared || values[0].KeyID != key(t).ID() {
				t.Errorf("values: %v", values)
			}
			values[0].Compared = false
			if diff := cmp.Diff(values, seal.Sealed(c, out)); diff != "" {
				t.Errorf("what the stored file has (-want +got):\n%s", diff)
			}
			full := file(tt.typeName, tt.before+"\x00"+tt.after)
			before, after, _ := strings.Cut(full, "\x00")
			text := strings.TrimSuffix(strings.TrimPrefix(string(out), before), after)
			if id, ok := seal.KeyID(text); !ok || id != key(t).ID() {
				t.Errorf("in the place of the value: %q", text)
			}
			if !seal.Carries(tt.typeName) {
				t.Error("the type is said not to carry secrets")
			}
		})
	}
}

func TestASealedValueSpeaksOfItsValueAndPlaceAlone(t *testing.T) {
	t.Parallel()
	s := seal.Sealer{Key: key(t)}
	of := func(name, value string) string {
		out, _, err := s.Seal(metadata.Component{Type: "NamedCredential", FullName: name}, []byte(file("NamedCredential", "<password>"+value+"</password>")), nothing)
		if err != nil {
			t.Fatal(err)
		}
		return string(out)
	}
	if of("A", "one") != of("a", "one") || of("A", "a&amp;b") != of("A", "<![CDATA[a&b]]>") {
		t.Error("equal values are sealed otherwise")
	}
	if of("A", "one") == of("A", "two") {
		t.Error("a change is not seen")
	}
	if of("A", "one") == of("B", "one") {
		t.Error("two components are seen to share a secret")
	}
}

func TestWhatCannotBeComparedIsCarriedOver(t *testing.T) {
	t.Parallel()
	c := metadata.Component{Type: "NamedCredential", FullName: "A"}
	plain := file("NamedCredential", "    <oauthToken>t</oauthToken>\n    <password>new</password>\n")
	of := func(s seal.Sealer, base func() ([]byte, error)) (string, []seal.Value) {
		t.Helper()
		out, values, err := s.Seal(c, []byte(plain), base)
		if err != nil {
			t.Fatal(err)
		}
		return string(out), values
	}
	none := file("NamedCredential", "    <oauthToken>orgkeep-sealed:v1:none</oauthToken>\n    <password>orgkeep-sealed:v1:none</password>\n")
	foreign := file("NamedCredential", "    <oauthToken>x</oauthToken>\n    <password>orgkeep-sealed:v1:0badcafe:00112233445566778899aabbccddeeff</password>\n")
	mine, values := of(seal.Sealer{Key: key(t)}, nothing)
	if !values[0].Compared || !values[1].Compared {
		t.Errorf("%v", values)
	}
	tests := []struct {
		name     string
		sealer   seal.Sealer
		base     func() ([]byte, error)
		want     string
		compared bool // the password
	}{
		{"without a key and a base", seal.Sealer{}, nothing, none, false},
		{"without a key", seal.Sealer{}, stored(mine), mine, false},
		{"sealed with another key", seal.Sealer{Key: key(t)}, stored(foreign), strings.Replace(mine, mine[strings.Index(mine, "<password>"):strings.Index(mine, "</password>")], foreign[strings.Index(foreign, "<password>"):strings.Index(foreign, "</password>")], 1), false},
		{"sealed without one", seal.Sealer{Key: key(t)}, stored(none), none, false},
		{"sealed anew", seal.Sealer{Key: key(t), Anew: true}, stored(foreign), mine, true},
		{"sealed with the same key", seal.Sealer{Key: key(t)}, stored(mine), mine, true},
		{"a base that is no XML", seal.Sealer{Key: key(t)}, stored("<NamedCredential>"), mine, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, values := of(tt.sealer, tt.base)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if values[1].Compared != tt.compared {
				t.Errorf("compared: %v", values)
			}
		})
	}
	failing := errors.New("disk")
	if _, _, err := (seal.Sealer{}).Seal(c, []byte(plain), func() ([]byte, error) { return nil, failing }); !errors.Is(err, failing) {
		t.Errorf("got %v", err)
	}
}

func TestAFileWhoseSecretsCannotBeToldIsRefused(t *testing.T) {
	t.Parallel()
	for name, content := range map[string]string{
		"cut off":             file("NamedCredential", "<password>hunter2"),
		"crossed":             "<NamedCredential><password>hunter2</NamedCredential></password>",
		"an entity":           "<!DOCTYPE x [<!ENTITY p \"hunter2\">]><NamedCredential><password>&p;</password></NamedCredential>",
		"UTF-16":              "\xff\xfe<\x00N\x00a\x00m\x00e\x00d\x00",
		"bytes that are none": "<NamedCredential><password>\xff</password></NamedCredential>",
		"no markup":           "password=hunter2 <",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, _, err := seal.Sealer{}.Seal(metadata.Component{Type: "NamedCredential", FullName: "A"}, []byte(content), nothing)
			if !errors.Is(err, seal.ErrUnreadable) || out != nil {
				t.Errorf("got %q, %v", out, err)
			}
		})
	}
}

func TestOtherTypesAreLeftAlone(t *testing.T) {
	t.Parallel()
	content := []byte("<password>hunter2")
	out, values, err := seal.Sealer{}.Seal(metadata.Component{Type: "CustomLabels", FullName: "CustomLabels"}, content, nothing)
	if err != nil || values != nil || !bytes.Equal(out, content) {
		t.Errorf("%q, %v, %v", out, values, err)
	}
}

func TestKeysGoOutAndIn(t *testing.T) {
	t.Parallel()
	k := seal.NewKey()
	again, err := seal.ParseKey(" " + k.Export() + "\n")
	if err != nil || again.ID() != k.ID() || again.Export() != k.Export() || seal.NewKey().ID() == k.ID() {
		t.Errorf("%v, %v", again, err)
	}
	for _, shown := range []string{fmt.Sprintf("%v %+v %#v %s", k, k, k, k)} {
		if strings.Contains(shown, strings.TrimPrefix(k.Export(), "orgkeep-seal-key:v1:")) {
			t.Error("a key shows itself")
		}
	}
	for _, text := range []string{"", "hunter2", exampleKey[:40], exampleKey + "A", "orgkeep-seal-key:v2:" + exampleKey[20:]} {
		if _, err := seal.ParseKey(text); !errors.Is(err, seal.ErrKey) || text != "" && strings.Contains(err.Error(), text) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// noSecretSurvives is the rule of the package, for any text.
func noSecretSurvives(t *rapid.T) {
	secret := "s3cr3t" + rapid.StringMatching(`[a-zA-Z0-9+/=]{6,40}`).Draw(t, "secret")
	noise := rapid.SliceOfN(rapid.SampledFrom([]string{"<label>x</label>", "<!-- c -->", "<![CDATA[<password>]]>", "<password/>", "<a><b/></a>", "\n    ", "&lt;", "<oauthToken>" + secret + "</oauthToken>"}), 0, 6)
	form := rapid.SampledFrom([]string{"<password>%s</password>", "<password ><![CDATA[%s]]></password>", "<m:password xmlns:m='x'>%s</m:password>", "<password>\n%s\n</password >", "<x><password>%s<b/></password></x>", "<password>%s<!-- c --></password>"}).Draw(t, "form")
	content := "<NamedCredential>" + strings.Join(noise.Draw(t, "before"), "") + fmt.Sprintf(form, secret) + strings.Join(noise.Draw(t, "after"), "") + "</NamedCredential>"
	c := metadata.Component{Type: "NamedCredential", FullName: "A"}
	s := seal.Sealer{Key: seal.NewKey()}
	out, values, err := s.Seal(c, []byte(content), nothing)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(out, []byte(secret)) || len(values) == 0 {
		t.Fatalf("%s\nbecame\n%s", content, out)
	}
	again, _, err := s.Seal(c, []byte(content), stored(string(out)))
	if err != nil || !bytes.Equal(again, out) {
		t.Fatalf("a second run made %s of %s, %v", again, out, err)
	}
}

func TestNoSecretSurvives(t *testing.T) {
	t.Parallel()
	rapid.Check(t, noSecretSurvives)
}

func FuzzSeal(f *testing.F) {
	f.Add([]byte(file("NamedCredential", "<password>hunter2</password>")))
	f.Add([]byte("<NamedCredential><password>a</password><password>b</password></NamedCredential>"))
	f.Fuzz(func(t *testing.T, content []byte) {
		c := metadata.Component{Type: "NamedCredential", FullName: "A"}
		out, values, err := seal.Sealer{Key: seal.NewKey()}.Seal(c, content, nothing)
		if err != nil {
			return
		}
		if len(values) == 0 && !bytes.Equal(out, content) {
			t.Fatalf("%q became %q without a value", content, out)
		}
		// What is sealed holds nothing but sealed values.
		again := seal.Sealed(c, out)
		if len(again) != len(values) {
			t.Fatalf("%q has %v, %q has %v", content, values, out, again)
		}
	})
}
