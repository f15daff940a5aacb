package demo

import "fmt"

const newClass = `/** Says how long a case has been open. */
public with sharing class CaseAging {
    public static Integer days(Case c) {
        return c.CreatedDate.date().daysBetween(Date.today());
    }
}
`

const newClassMeta = `<?xml version="1.0" encoding="UTF-8"?>
<ApexClass xmlns="http://soap.sforce.com/2006/04/metadata">
    <apiVersion>62.0</apiVersion>
    <status>Active</status>
</ApexClass>
`

const newModule = `export function minutes(since, now) {
    return Math.round((now - since) / 60000);
}
`

const newCSPSite = `<?xml version="1.0" encoding="UTF-8"?>
<CspTrustedSite xmlns="http://soap.sforce.com/2006/04/metadata">
    <context>All</context>
    <endpointUrl>https://parts.acme.example</endpointUrl>
    <isActive>true</isActive>
    <isApplicableToConnectSrc>true</isApplicableToConnectSrc>
    <isApplicableToFontSrc>false</isApplicableToFontSrc>
    <isApplicableToFrameSrc>false</isApplicableToFrameSrc>
    <isApplicableToImgSrc>true</isApplicableToImgSrc>
    <isApplicableToMediaSrc>false</isApplicableToMediaSrc>
    <isApplicableToStyleSrc>false</isApplicableToStyleSrc>
</CspTrustedSite>
`

// codeChanges: code and what it needs to reach the outside.
func codeChanges() []Change {
	return []Change{
		{
			Name: "Apex class edited", Description: "RateCard: an unknown tier costs nothing", User: tom(),
			Touched: touched("ApexClass", "RateCard"),
			Apply:   edits("classes/RateCard.cls", swap("return null;", "return 0;")),
		},
		{
			Name: "Apex class added", Description: "CaseAging", User: tom(),
			Touched: touched("ApexClass", "CaseAging"),
			Apply:   addClass,
		},
		{
			Name: "Lightning web component edited", Description: "dispatchBoard: 50 cases, and a second module", User: tom(),
			Touched: touched("LightningComponentBundle", "dispatchBoard"),
			Apply:   editBoard,
		},
		{
			Name: "static resource edited", Description: "acmeIcons: another version inside the zip", User: tom(),
			Touched: touched("StaticResource", "acmeIcons"),
			Apply:   editIcons,
		},
		{
			Name: "remote site deleted", Description: "Old Parts Shop", User: tom(),
			Touched: touched("RemoteSiteSetting", "Old_Parts_Shop"),
			Apply:   deletes("RemoteSiteSetting", "Old_Parts_Shop"),
		},
		{
			Name: "trusted site added", Description: "the parts catalogue", User: tom(),
			Touched: touched("CspTrustedSite", "Parts"),
			Apply:   func(e Editor) error { return e.Put("cspTrustedSites/Parts.cspTrustedSite", []byte(newCSPSite)) },
		},
	}
}

func addClass(e Editor) error {
	if err := e.Put("classes/CaseAging.cls", []byte(newClass)); err != nil {
		return err
	}
	return e.Put("classes/CaseAging.cls-meta.xml", []byte(newClassMeta))
}

func editBoard(e Editor) error {
	if err := edit(e, "lwc/dispatchBoard/dispatchBoard.js", swap("maximum = 20", "maximum = 50")); err != nil {
		return err
	}
	return e.Put("lwc/dispatchBoard/minutes.js", []byte(newModule))
}

func editIcons(e Editor) error {
	const path = "staticresources/acmeIcons.resource"
	content, err := e.Get(path)
	if err != nil {
		return fmt.Errorf("read %s: %w", path, err)
	}
	changed, err := swapInZip(content, "version.txt", "icons 4\n")
	if err != nil {
		return fmt.Errorf("edit %s: %w", path, err)
	}
	return e.Put(path, changed)
}
