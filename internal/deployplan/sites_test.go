package deployplan_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orgkeep/orgkeep/internal/demo"
	"github.com/orgkeep/orgkeep/internal/deployplan"
	"github.com/orgkeep/orgkeep/pkg/emulator"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

const (
	helpNetwork = "networks/Help.network"
	helpSite    = "sites/Help.site"
	helpHome    = "digitalExperiences/site/Help1/sfdc_cms__view/home/content.json"
)

// withSite makes a site of Experience Cloud.
func withSite(e *emulator.Editor) error {
	for _, step := range []change{
		doc(helpNetwork, "Network", "<emailSenderAddress>help@acme.example</emailSenderAddress><emailSenderName>Help</emailSenderName><picassoSite>Help1</picassoSite><site>Help</site><status>Live</status>"),
		doc(helpSite, "CustomSite", "<active>true</active><masterLabel>Help</masterLabel><subdomain>acme</subdomain>"),
		doc("digitalExperiences/site/Help1/Help1.digitalExperience-meta.xml", "DigitalExperienceBundle", "<label>Help</label>"),
		put(helpHome, `{"a":1}`),
	} {
		if err := step(e); err != nil {
			return err
		}
	}
	return nil
}

// siteRules are about sites of Experience Cloud, which are one unit.
func siteRules() []ruleCase {
	const german = "digitalExperiences/site/Help1/sfdc_cms__view/home/de.json"
	return []ruleCase{
		{
			name: "network, site and bundle go back together", actions: []string{"~ CustomSite:Help", "~ DigitalExperienceBundle:site/Help1", "~ Network:Help"},
			target: []change{withSite},
			live:   []change{swap(helpNetwork, "<status>Live<", "<status>DownForMaintenance<"), swap(helpSite, "<active>true<", "<active>false<"), put(helpHome, `{"a":2}`)},
		},
		{
			name: "a language that the target lacks keeps all of it", stages: []string{},
			actions: []string{"? CustomSite:Help", "? DigitalExperienceBundle:site/Help1", "? Network:Help"},
			left:    []string{"CustomSite:Help", "DigitalExperienceBundle:site/Help1", "Network:Help"},
			target:  []change{withSite},
			live:    []change{swap(helpNetwork, "<status>Live<", "<status>DownForMaintenance<"), swap(helpSite, "<active>true<", "<active>false<"), put(german, `{"a":"eins"}`)},
		},
		{
			name: "what is read-only stays", actions: []string{"~ Network:Help", "? CustomSite:Help"}, left: []string{"CustomSite:Help", "Network:Help"},
			target:   []change{withSite},
			live:     []change{swap(helpNetwork, "help@", "info@"), swap(helpNetwork, "<status>Live<", "<status>DownForMaintenance<"), swap(helpSite, "<subdomain>acme<", "<subdomain>other<")},
			readings: []string{"settings-read-only=ignored"},
		},
		{
			name: "and so do the templates that the API does not write", actions: []string{"~ Network:Help"}, left: []string{"Network:Help"},
			target: []change{withSite, extra(helpNetwork, "<chgEmailVerNewTemplate>unfiled$public/New</chgEmailVerNewTemplate>")},
			live: []change{
				swap(helpNetwork, "unfiled$public/New", "unfiled$public/Other"), extra(helpNetwork, "<chgEmailVerOldTemplate>unfiled$public/Old</chgEmailVerOldTemplate>"),
				swap(helpNetwork, "<emailSenderName>Help<", "<emailSenderName>Info<"),
			},
			readings: []string{"settings-read-only=ignored"},
		},
		{
			name: "a site that was published stays it", actions: []string{"? Network:Help"}, stages: []string{}, left: []string{"Network:Help"},
			target: []change{withSite, swap(helpNetwork, ">Live<", ">UnderConstruction<")}, live: []change{swap(helpNetwork, ">UnderConstruction<", ">Live<")},
		},
		{
			name: "a site that went comes back whole", actions: []string{"+ CustomSite:Help", "+ DigitalExperienceBundle:site/Help1", "+ Network:Help"},
			target: []change{withSite},
			live:   []change{remove("Network", "Help"), remove("CustomSite", "Help"), remove("DigitalExperienceBundle", "site/Help1")},
		},
	}
}

func TestAPartOfASiteBringsTheRest(t *testing.T) {
	t.Parallel()
	o := newOrg(t, demo.Org())
	o.edit(withSite)
	o.target = o.state()
	o.edit(swap(helpSite, "<active>true<", "<active>false<"))
	o.edit(put(helpHome, `{"a":2}`))
	in := o.input()
	in.Keep = func(c metadata.Component) bool { return c.Type == "CustomSite" }
	plan, err := deployplan.Build(t.Context(), in)
	must(t, err)
	if diff := cmp.Diff([]string{"~ CustomSite:Help", "~ DigitalExperienceBundle:site/Help1"}, actionsOf(plan)); diff != "" {
		t.Errorf("actions (-want +got):\n%s", diff)
	}
}
