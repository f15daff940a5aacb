package seal_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orgkeep/orgkeep/internal/seal"
)

// join puts a secret together, so that no scanner takes this file for a leak.
func join(parts ...string) string { return strings.Join(parts, "") }

// seeded are made-up secrets by the kind that is found.
func seeded() map[string][]string {
	long := "Q7r9Tz2LmX4vB8nK1sD6fG3hJ5pW0cY"
	return map[string][]string{
		"an AWS access key":       {join("AKIA", "Q7R2TZ2LMX4VB7NK"), join("ASIA", "Q7R2TZ2LMX4VB7NK")},
		"a private key":           {join("-----BEGIN RSA ", "PRIVATE KEY-----"), join("-----BEGIN ", "PRIVATE KEY-----"), join("-----BEGIN EC ", "PRIVATE KEY-----")},
		"a GitHub token":          {join("ghp_", long, "abcde"), join("ghs_", long, "abcde"), join("gho_", long, "abcde"), join("github_pat_", long)},
		"a GitLab token":          {join("glpat-", long[:20])},
		"an npm token":            {join("npm_", long, "abcde")},
		"a Slack token":           {join("xoxb-", "123456789012-", long[:20]), join("xoxp-", "123456789012-", long[:20])},
		"a Slack webhook":         {join("https://hooks.slack.com/", "services/T0AB12CD3/B0AB12CD3/", long[:24])},
		"a Google API key":        {join("AIza", "Sy", long, "ab")},
		"a Stripe key":            {join("sk_live_", long[:24]), join("rk_live_", long[:24])},
		"a SendGrid key":          {join("SG.", long[:22], ".", long, long[:12])},
		"a Mailgun key":           {join("key-", "0123456789abcdef0123456789abcdef")},
		"an Azure key":            {join("AccountKey=", long, long, "=="), join("SharedAccessKey=", long, "abcdefg=")},
		"a JSON Web Token":        {join("eyJhbGciOiJIUzI1NiJ9", ".eyJzdWIiOiIxMjM0NTY3ODkwIn0.", long)},
		"a Salesforce session":    {join("00D5g000004XYZa", "!AQ8AQ", long, long)},
		"a Salesforce auth URL":   {join("force://PlatformCLI::", "5Aep861", long, "@example.my.salesforce.com")},
		"a URL with a password":   {join("https://api:", "s3cretpart@erp.example.com/v1"), join("ftp://robot:", "Pa55word@files.example.com")},
		"an Authorization header": {join("Bearer ", long), join("Basic ", "cm9ib3Q6UzNjcjN0UGE1NXdvcmQ=")},
	}
}

// carriers are texts of components of many types with a place for a form of
// secret.
func carriers() map[string]string {
	return map[string]string{
		"ApexClass":       "public class Erp {\n    static final String X = '%s';\n}\n",
		"ApexTrigger":     "trigger T on Account (before insert) {\n    String x = \"%s\";\n}\n",
		"ApexPage":        "<apex:page>\n<script>var x = '%s';</script>\n</apex:page>\n",
		"LightningBundle": "export const x = `%s`;\n",
		"AuraBundle":      "({ run : function(c) {\n    c.set('v.x', '%s');\n} })\n",
		"CustomLabels":    file("CustomLabels", "    <labels>\n        <value>%s</value>\n    </labels>\n"),
		"RemoteSite":      file("RemoteSiteSetting", "    <url>%s</url>\n"),
		"StaticResource":  "{\n  \"x\": \"%s\"\n}\n",
		"EmailTemplate":   "Hello,\nuse %s\n",
		"Flow":            file("Flow", "    <value>\n        <stringValue>%s</stringValue>\n    </value>\n"),
	}
}

func TestSecretsInTextAreFound(t *testing.T) {
	t.Parallel()
	scanner := seal.NewScanner()
	total, found := 0, 0
	for kind, secrets := range seeded() {
		for n, secret := range secrets {
			for carrier, text := range carriers() {
				total++
				got := scanner.Scan(fmt.Appendf(nil, text, secret))
				if len(got) != 1 || got[0].Kind != kind || got[0].Line < 1 {
					t.Logf("%s %d in %s: %v", kind, n, carrier, got)
					continue
				}
				found++
			}
		}
	}
	t.Logf("%d of %d", found, total)
	if found*100 < total*98 {
		t.Errorf("%d of %d secrets were found", found, total)
	}
}

func TestValuesThatAreNamedLikeSecretsAreFound(t *testing.T) {
	t.Parallel()
	scanner := seal.NewScanner()
	tests := []struct {
		name, text string
		line       int
	}{
		{"a constant of Apex", "class A {\n    String API_KEY = 'k29Zq81xPm3';\n}", 2},
		{"a map of Apex", "Map<String, String> m = new Map<String, String>{ 'clientSecret' => 'k29Zq81xPm3' };", 1},
		{"a property of JSON", "{\n\"access_token\": \"k29Zq81xPm3\"}", 2},
		{"an attribute", "<a password=\"k29Zq81xPm3\"/>", 1},
		{"an element of a type that is not known", file("New", "    <servicePassword>k29Zq81xPm3</servicePassword>\n"), 3},
		{"a custom metadata value", file("CustomMetadata", "    <values>\n        <field>Api_Key__c</field>\n        <value xsi:type=\"xsd:string\">k29Zq81xPm3</value>\n    </values>\n"), 5},
		{"a label", file("CustomLabels", "    <labels>\n        <fullName>Erp_Token</fullName>\n        <language>en_US</language>\n        <value>k29Zq81xPm3</value>\n    </labels>\n"), 6},
		{"a constant of a flow", file("Flow", "    <constants>\n        <name>ErpPassword</name>\n        <dataType>String</dataType>\n        <value>\n            <stringValue>k29Zq81xPm3</stringValue>\n        </value>\n    </constants>\n"), 7},
		{"a default value", file("CustomField", "    <fullName>Secret__c</fullName>\n    <defaultValue>'k29Zq81xPm3'</defaultValue>\n"), 4},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			want := []seal.Finding{{Line: tt.line, Kind: "a value named like a secret"}}
			if diff := cmp.Diff(want, scanner.Scan([]byte(tt.text))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestWhatIsNoSecretIsNotTakenForOne(t *testing.T) {
	t.Parallel()
	scanner := seal.NewScanner()
	for _, text := range []string{
		"String password = 'changeme';",
		"String token = System.Label.Erp_Token;",
		"String passwordField = 'Password_2__c';",
		file("Profile", "    <userPermissions>\n        <enabled>true</enabled>\n        <name>PasswordNeverExpires</name>\n    </userPermissions>\n"),
		file("AuthProvider", "    <consumerSecret>orgkeep-sealed:v1:0badcafe:00112233445566778899aabbccddeeff</consumerSecret>\n    <tokenUrl>https://login.example.com/token2/oauth2</tokenUrl>\n"),
		"xmlns=\"http://soap.sforce.com/2006/04/metadata\" see https://example.com:8443/a@b",
		"<password>{!$Credential.Password1}</password>",
		"PK\x03\x04\x00\x00 password = 'k29Zq81xPm3'",
		"\xff password = 'k29Zq81xPm3'",
		"",
	} {
		if got := scanner.Scan([]byte(text)); got != nil {
			t.Errorf("%q: %v", text, got)
		}
	}
}

// TestPublicSourcesGiveFewFindings counts over real metadata, where that is there.
func TestPublicSourcesGiveFewFindings(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..", "..", "shared", "corpora")
	if _, err := os.Stat(root); err != nil {
		t.Skip("no corpora here")
	}
	scanner := seal.NewScanner()
	files, found := 0, map[string]int{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		files++
		for _, f := range scanner.Scan(content) {
			found[filepath.Base(path)]++
			t.Log(path, f.Line, f.Kind)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	// Three of them are what they seem to be.
	if len(found)*1000 > files*2 {
		t.Errorf("%d of %d files have findings", len(found), files)
	}
}

func BenchmarkScan(b *testing.B) {
	content := []byte(strings.Repeat(file("Profile", strings.Repeat("    <fieldPermissions>\n        <editable>true</editable>\n        <field>Account.Access_Key__c</field>\n        <readable>true</readable>\n    </fieldPermissions>\n", 50)), 20))
	scanner := seal.NewScanner()
	b.SetBytes(int64(len(content)))
	for b.Loop() {
		scanner.Scan(content)
	}
}
