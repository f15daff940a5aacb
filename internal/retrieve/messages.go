package retrieve

import (
	"regexp"
	"strings"

	"github.com/orgkeep/orgkeep/pkg/mdapi"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// The messages of a retrieve that name a component. Source: recorded replies and
// the texts that public tools look for.
var (
	notFound = regexp.MustCompile(`^Entity of type '([^']+)' named '(.+)' cannot be found`)
	broken   = regexp.MustCompile(`^Load of metadata from db failed for metadata of type:(\S+) and file name:(.+?)\.?$`)
)

// NotFound gives the component that a message says the org does not have.
func NotFound(m mdapi.RetrieveMessage) (metadata.Component, bool) { return componentIn(notFound, m) }

// Broken gives the component that a message says cannot be read.
func Broken(m mdapi.RetrieveMessage) (metadata.Component, bool) { return componentIn(broken, m) }

func componentIn(form *regexp.Regexp, m mdapi.RetrieveMessage) (metadata.Component, bool) {
	found := form.FindStringSubmatch(m.Problem)
	if found == nil {
		return metadata.Component{}, false
	}
	return metadata.Component{Type: found[1], FullName: strings.TrimSuffix(found[2], "/")}, true
}
