package metadata_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/orgkeep/orgkeep/pkg/metadata"
)

func TestComponentAt(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		p    string
		want metadata.Component
	}{
		"a content file":                                  {"classes/Foo.cls", c("ApexClass", "Foo")},
		"the XML beside a content file":                   {"classes/Foo.cls-meta.xml", c("ApexClass", "Foo")},
		"a type that is XML alone":                        {"objects/Account.object", c("CustomObject", "Account")},
		"a name with dots":                                {"customMetadata/Rule__mdt.EMEA.md", c("CustomMetadata", "Rule__mdt.EMEA")},
		"a name that ends as its files do":                {"classes/Foo.cls.cls", c("ApexClass", "Foo.cls")},
		"a name that the platform encoded keeps its form": {"layouts/Account-Foo %28Bar%29 Layout.layout", c("Layout", "Account-Foo %28Bar%29 Layout")},
		"a name that nobody encoded keeps its form":       {"layouts/Account-Foo (Bar) Layout.layout", c("Layout", "Account-Foo (Bar) Layout")},
		"a name of another script":                        {"layouts/Account-レイアウト.layout", c("Layout", "Account-レイアウト")},
		"types that share a folder, one":                  {"moderation/Bad.keywords", c("KeywordList", "Bad")},
		"types that share a folder, the other":            {"moderation/Block.rule", c("ModerationRule", "Block")},
		"labels lie in one file":                          {"labels/CustomLabels.labels", c("CustomLabels", "CustomLabels")},
		"a member of a folder":                            {"reports/Sales/Pipeline.report", c("Report", "Sales/Pipeline")},
		"a member of a folder in a folder":                {"reports/Sales/EMEA/Q1/Pipeline.report", c("Report", "Sales/EMEA/Q1/Pipeline")},
		"a member of no folder":                           {"reports/unfiled$public/All.report", c("Report", "unfiled$public/All")},
		"a folder's own file":                             {"reports/Sales-meta.xml", c("Report", "Sales")},
		"a folder's own file as newer pages spell it":     {"reports/Sales.reportFolder-meta.xml", c("Report", "Sales")},
		"a folder in a folder":                            {"reports/Sales/EMEA-meta.xml", c("Report", "Sales/EMEA")},
		"a folder in a folder as newer pages spell it":    {"dashboards/Sales/EMEA.dashboardFolder-meta.xml", c("Dashboard", "Sales/EMEA")},
		"an e-mail template":                              {"email/Sales/Hello.email", c("EmailTemplate", "Sales/Hello")},
		"the XML beside an e-mail template":               {"email/Sales/Hello.email-meta.xml", c("EmailTemplate", "Sales/Hello")},
		"a folder of e-mail templates":                    {"email/Sales-meta.xml", c("EmailTemplate", "Sales")},
		"a folder of Lightning e-mail templates":          {"email/Sales/Sub.emailTemplateFolder-meta.xml", c("EmailTemplate", "Sales/Sub")},
		"a document keeps its ending":                     {"documents/Shared/logo.png", c("Document", "Shared/logo.png")},
		"the XML beside a document":                       {"documents/Shared/logo.png-meta.xml", c("Document", "Shared/logo.png")},
		"a document without an ending":                    {"documents/Shared/README-meta.xml", c("Document", "Shared/README")},
		"a document that ends as a folder's file does":    {"documents/Shared/x.myFolder-meta.xml", c("Document", "Shared/x.myFolder")},
		"a folder of documents":                           {"documents/Shared-meta.xml", c("Document", "Shared")},
		"a folder of documents as newer pages spell it":   {"documents/Shared.documentFolder-meta.xml", c("Document", "Shared")},
		"a file of a bundle":                              {"lwc/tile/tile.js", c("LightningComponentBundle", "tile")},
		"the XML inside a bundle":                         {"lwc/tile/tile.js-meta.xml", c("LightningComponentBundle", "tile")},
		"a file deep in a bundle":                         {"lwc/tile/__tests__/data/x.json", c("LightningComponentBundle", "tile")},
		"another kind of bundle":                          {"aura/Tile/TileController.js", c("AuraDefinitionBundle", "Tile")},
		"a digital experience lies below its kind":        {"digitalExperiences/site/Shop1/sfdc_cms__view/home/content.json", c("DigitalExperienceBundle", "site/Shop1")},
		"a digital experience's own file":                 {"digitalExperiences/site/Shop1/Shop1.digitalExperience-meta.xml", c("DigitalExperienceBundle", "site/Shop1")},
		"a site's own file beside its folder":             {"experiences/Shop1.site-meta.xml", c("ExperienceBundle", "Shop1")},
		"a file in a site's folder":                       {"experiences/Shop1/views/home.json", c("ExperienceBundle", "Shop1")},
		"a territory model":                               {"territory2Models/World/World.territory2Model", c("Territory2Model", "World")},
		"a territory carries its model's name":            {"territory2Models/World/territories/EMEA.territory2", c("Territory2", "World.EMEA")},
		"a territory rule carries its model's name":       {"territory2Models/World/rules/Big.territory2Rule", c("Territory2Rule", "World.Big")},
		"a territory that names no model":                 {"territories/EMEA.territory2", c("Territory2", "EMEA")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, ok := metadata.Default().ComponentAt(tc.p)
			if !ok {
				t.Fatalf("%s: unknown", tc.p)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestComponentAtDoesNotKnow(t *testing.T) {
	t.Parallel()
	for name, p := range map[string]string{
		"nothing":                   "",
		"the manifest":              "package.xml",
		"a folder":                  "classes",
		"a folder with its slash":   "classes/",
		"a folder that no type has": "nosuch/Foo.cls",
		"a folder in other letters": "Classes/Foo.cls",

		"an ending that the folder does not have": "classes/Foo.trigger",
		"no ending":                             "classes/Foo",
		"an ending and no name":                 "classes/.cls",
		"an ending and no name, below a folder": "classes/sub/.cls",
		"an ending alone, with its XML":         "classes/.cls-meta.xml",
		"XML beside nothing":                    "classes/-meta.xml",

		"a report outside of every folder":       "reports/Pipeline.report",
		"a report without a name":                "reports/Sales/.report",
		"a folder without a name":                "reports/-meta.xml",
		"a folder without a name, below another": "reports/Sales/-meta.xml",
		"a folder without a name, spelled newly": "reports/.reportFolder-meta.xml",
		"a document outside of every folder":     "documents/logo.png",
		"a document without a name":              "documents/Shared/-meta.xml",

		"a file beside the bundles":             "lwc/jsconfig.json",
		"a file beside the digital experiences": "digitalExperiences/site/x.json",
		"a file beside the sites":               "experiences/readme.txt",
		"a site without a name":                 "experiences/.site-meta.xml",
		"a site's XML and nothing else":         "experiences/-meta.xml",

		"a territory model outside of its folder": "territory2Models/World.territory2Model",
		"a territory without a name":              "territory2Models/World/territories/.territory2",
		"a territory rule without a name":         "territory2Models/World/rules/.territory2Rule",
		"a territory too deep":                    "territory2Models/World/territories/x/EMEA.territory2",
		"something else in a territory model":     "territory2Models/World/readme.txt",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got, ok := metadata.Default().ComponentAt(p); ok || got != (metadata.Component{}) {
				t.Errorf("%q belongs to %q, %v; want nothing", p, got, ok)
			}
			if metadata.Default().IsFolder(p) {
				t.Errorf("%q passes for a folder's own file", p)
			}
		})
	}
}

func TestPath(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		of   metadata.Component
		want string
	}{
		"a content file, not the XML beside it":     {c("ApexClass", "Foo"), "classes/Foo.cls"},
		"a name that the platform encoded":          {c("Profile", "Sales %28EMEA%29"), "profiles/Sales %28EMEA%29.profile"},
		"a member of folders":                       {c("Report", "Sales/EMEA/Pipeline"), "reports/Sales/EMEA/Pipeline.report"},
		"a document has its ending in its name":     {c("Document", "Shared/logo.png"), "documents/Shared/logo.png"},
		"a bundle is a folder":                      {c("LightningComponentBundle", "tile"), "lwc/tile"},
		"a site is a folder":                        {c("ExperienceBundle", "Shop1"), "experiences/Shop1"},
		"a digital experience is a folder":          {c("DigitalExperienceBundle", "site/Shop1"), "digitalExperiences/site/Shop1"},
		"a field lies in its object's file":         {c("CustomField", "Account.Rating__c"), "objects/Account.object"},
		"an alert lies in its workflow's file":      {c("WorkflowAlert", "Account.Tell"), "workflows/Account.workflow"},
		"a rule lies in the sharing rules' file":    {c("SharingCriteriaRule", "Account.All"), "sharingRules/Account.sharingRules"},
		"a label lies in the file of all":           {c("CustomLabel", "Greeting"), "labels/CustomLabels.labels"},
		"a translated field lies in its object's":   {c("CustomFieldTranslation", "Account-de.Rating__c"), "objectTranslations/Account-de.objectTranslation"},
		"a bot's version lies in the bot's file":    {c("BotVersion", "Helper.v1"), "bots/Helper.bot"},
		"a territory model":                         {c("Territory2Model", "World"), "territory2Models/World/World.territory2Model"},
		"a territory lies below its model":          {c("Territory2", "World.EMEA"), "territory2Models/World/territories/EMEA.territory2"},
		"a kind of territories is not one itself":   {c("Territory2Type", "Big.Ones"), "territory2Types/Big.Ones.territory2Type"},
		"a territory rule lies below its model":     {c("Territory2Rule", "World.Big"), "territory2Models/World/rules/Big.territory2Rule"},
		"a part of a digital experience lies in it": {c("DigitalExperience", "site/Shop1.sfdc_cms__view/home"), "digitalExperiences/site/Shop1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, ok := metadata.Default().Path(tc.of)
			if !ok {
				t.Fatalf("%s: unknown", tc.of)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestPathDoesNotKnow(t *testing.T) {
	t.Parallel()
	for name, of := range map[string]metadata.Component{
		"nothing":                     {},
		"a type that is none":         c("NoSuchType", "Foo"),
		"a type in other letters":     c("apexclass", "Foo"),
		"a child without its parent":  c("CustomField", "Rating__c"),
		"a type that lists folders":   c("ReportFolder", "Sales"),
		"a component without a name":  c("ApexClass", ""),
		"a child without any name":    c("CustomField", ""),
		"a child of a nameless thing": c("CustomField", ".Rating__c"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got, ok := metadata.Default().Path(of); ok || got != "" {
				t.Errorf("%s lies at %q, %v; want nothing", of, got, ok)
			}
		})
	}
}

func TestAFoldersOwnFile(t *testing.T) {
	t.Parallel()
	r := metadata.Default()
	for of, want := range map[metadata.Component]string{
		c("Report", "Sales"):         "reports/Sales-meta.xml",
		c("Dashboard", "Sales/EMEA"): "dashboards/Sales/EMEA-meta.xml",
		c("Document", "Shared"):      "documents/Shared-meta.xml",
		c("EmailTemplate", "Sales"):  "email/Sales-meta.xml",
	} {
		got, ok := r.FolderPath(of)
		if !ok || got != want {
			t.Errorf("%s: got %q, %v; want %q", of, got, ok, want)
		}
		if !r.IsFolder(want) {
			t.Errorf("%s passes for no folder", want)
		}
		if at, ok := r.ComponentAt(want); !ok || at != of {
			t.Errorf("%s belongs to %s, %v; want %s", want, at, ok, of)
		}
	}
	for _, p := range []string{"reports/Sales/Pipeline.report", "email/Sales/Hello.email-meta.xml", "documents/Shared/logo.png-meta.xml", "classes/Foo.cls-meta.xml", "lwc/tile/tile.js-meta.xml", "nosuch/Sales-meta.xml"} {
		if r.IsFolder(p) {
			t.Errorf("%s passes for a folder", p)
		}
	}
	for _, of := range []metadata.Component{c("ApexClass", "Foo"), c("ReportFolder", "Sales"), {}, c("Report", "")} {
		if got, ok := r.FolderPath(of); ok || got != "" {
			t.Errorf("the folder of %s lies at %q, %v; want nothing", of, got, ok)
		}
	}
}

// placed are the files that a component of a type may have, and its name.
func placed(t metadata.Type) map[string]string {
	dir := t.Directory + "/"
	switch {
	case t.Name == "DigitalExperienceBundle":
		return map[string]string{dir + "site/Foo/a": "site/Foo", dir + "site/Foo/b/c.json": "site/Foo"}
	case t.Bundle:
		return map[string]string{dir + "Foo/Foo.x": "Foo", dir + "Foo/Foo.x-meta.xml": "Foo", dir + "Foo/a/b/c": "Foo"}
	case t.Name == "Document":
		return map[string]string{dir + "A/x.y": "A/x.y", dir + "A/x.y-meta.xml": "A/x.y", dir + "A-meta.xml": "A"}
	case t.InFolder:
		paths := map[string]string{}
		for _, folder := range []string{"A", "A/B", "A/B/C", "A/B/C/D"} {
			paths[dir+folder+"-meta.xml"] = folder
			paths[dir+folder+"."+strings.ToLower(t.FolderType[:1])+t.FolderType[1:]+"-meta.xml"] = folder
			paths[dir+folder+"/Foo."+t.Suffix] = folder + "/Foo"
			if t.MetaFile {
				paths[dir+folder+"/Foo."+t.Suffix+"-meta.xml"] = folder + "/Foo"
			}
		}
		return paths
	case t.Suffix == "":
		return map[string]string{dir + "Foo.x-meta.xml": "Foo", dir + "Foo/a/b.json": "Foo"}
	case t.Name == "Territory2Model":
		return map[string]string{dir + "Foo/Foo." + t.Suffix: "Foo"}
	case t.MetaFile:
		return map[string]string{dir + "Foo." + t.Suffix: "Foo", dir + "Foo." + t.Suffix + "-meta.xml": "Foo"}
	}
	return map[string]string{dir + "Foo." + t.Suffix: "Foo"}
}

func TestFilesOfEveryTypeAreFound(t *testing.T) {
	t.Parallel()
	r := metadata.Default()
	for _, typ := range r.Types() {
		t.Run(typ.Name, func(t *testing.T) {
			t.Parallel()
			for p, name := range placed(typ) {
				if got, ok := r.ComponentAt(p); !ok || got != c(typ.Name, name) {
					t.Errorf("%s belongs to %s, %v; want %s", p, got, ok, name)
				}
				if err := metadata.CheckPath(p); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

func TestChildrenOfEveryTypeLieInTheirParentsFile(t *testing.T) {
	t.Parallel()
	r := metadata.Default()
	for _, typ := range r.Types() {
		for _, child := range typ.Children {
			t.Run(child.Type, func(t *testing.T) {
				t.Parallel()
				parent := c(typ.Name, "Foo")
				if child.Bare {
					parent.FullName = typ.Name
				}
				want, ok := r.Path(parent)
				if !ok {
					t.Fatalf("%s: unknown", parent)
				}
				if got, ok := r.Path(c(child.Type, child.FullName("Foo", "Bar.Baz"))); !ok || got != want {
					t.Errorf("got %q, %v; want %q", got, ok, want)
				}
			})
		}
	}
}

// A name leads to a path and that path back to the name, so no two components
// can share a path.
func TestNamesAndPathsAreOneToOne(t *testing.T) {
	t.Parallel()
	r := metadata.Default()
	types := r.Types()
	part := rapid.StringMatching(`[A-Za-z0-9_%$. ()&é界-]{0,12}[A-Za-z0-9_)é界]`)
	rapid.Check(t, func(t *rapid.T) {
		typ := rapid.SampledFrom(types).Draw(t, "type")
		parts := rapid.SliceOfN(part, 1, 4).Draw(t, "parts")
		of := c(typ.Name, parts[0])
		switch {
		case typ.Name == "DigitalExperienceBundle":
			of.FullName = "site/" + parts[0]
		case typ.InFolder:
			of.FullName = "F/" + strings.Join(parts, "/")
		case typ.Name == "Territory2", typ.Name == "Territory2Rule":
			of.FullName = strings.ReplaceAll(parts[0], ".", "_") + "." + parts[len(parts)-1]
		}
		p, ok := r.Path(of)
		if !ok {
			t.Fatalf("%s: unknown", of)
		}
		file := p
		if typ.Bundle || typ.Suffix == "" {
			file += "/x"
		}
		if err := metadata.CheckPath(file); err != nil && !strings.Contains(err.Error(), "Git reads") {
			t.Fatal(err)
		}
		if got, ok := r.ComponentAt(file); !ok || got != of {
			t.Fatalf("%s lies at %s, which belongs to %s, %v", of, file, got, ok)
		}
		if meta, ok := r.ComponentAt(p + metadata.MetaSuffix); typ.MetaFile && typ.Suffix != "" && (!ok || meta != of) {
			t.Fatalf("the XML beside %s belongs to %s, %v", p, meta, ok)
		}
	})
}

func TestIsMetaFile(t *testing.T) {
	t.Parallel()
	var got []string
	for _, p := range []string{"classes/Foo.cls-meta.xml", "reports/Sales-meta.xml", "classes/Foo.cls", "package.xml", "classes/Foo-META.XML", ""} {
		if metadata.IsMetaFile(p) {
			got = append(got, p)
		}
	}
	if want := []string{"classes/Foo.cls-meta.xml", "reports/Sales-meta.xml"}; !slices.Equal(want, got) {
		t.Error(cmp.Diff(want, got))
	}
}
