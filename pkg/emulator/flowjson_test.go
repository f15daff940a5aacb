package emulator_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/orgkeep/orgkeep/pkg/emulator"
)

// The Tooling API shows what a version of a flow holds, of one at a time.
func TestAFlowsVersionIsShownAlone(t *testing.T) {
	t.Parallel()
	const one, all = "SELECT Metadata FROM Flow WHERE VersionNumber = 1 AND Definition.DeveloperName = 'Sail'", "SELECT Id, Metadata FROM Flow"
	files := with(map[string]string{"flows/Row.flow": xmlFile("Flow", "    <label>Row</label>\n")})
	for name, tc := range map[string]struct {
		query, details, says string
		status               int
	}{
		"one":           {one, "told", `"label":"Sail"`, http.StatusOK},
		"more":          {all, "told", "no more than one row", http.StatusBadRequest},
		"none is shown": {one, "refused", "INVALID_FIELD", http.StatusBadRequest},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := serve(t, files, emulator.WithBehaviour("flow-details", tc.details))
			reply := o.get("/services/data/v66.0/tooling/query?q=" + url.QueryEscape(tc.query))
			if reply.Code != tc.status || !strings.Contains(reply.Body.String(), tc.says) {
				t.Errorf("%d %s", reply.Code, reply.Body)
			}
		})
	}
}
