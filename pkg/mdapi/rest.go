package mdapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strings"

	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// maxJSON bounds a reply of a REST resource; a page of a query has 2,000 rows.
const maxJSON = 64 << 20

// rest makes a request whose reply is JSON. into is a pointer that the reply is
// decoded into, emptied before.
func (c *Client) rest(method, path, name string, into any) request {
	return request{
		method: method, path: path, call: name, bearer: true, repeat: reading,
		header: http.Header{"Accept": {"application/json"}},
		read: func(r io.Reader) error {
			reflect.ValueOf(into).Elem().SetZero()
			d := json.NewDecoder(&limited{r: r, left: maxJSON})
			d.UseNumber()
			return d.Decode(into)
		},
	}
}

func (c *Client) get(ctx context.Context, path, name string, into any) error {
	return c.do(ctx, c.rest(http.MethodGet, path, name, into))
}

// Limit is one of the org's allocations.
type Limit struct {
	Max       int `json:"Max"`
	Remaining int `json:"Remaining"`
}

// Limits gives the org's allocations by name: DailyApiRequests.
func (c *Client) Limits(ctx context.Context) (map[string]Limit, error) {
	var limits map[string]Limit
	if err := c.get(ctx, c.dataPath("limits"), "limits", &limits); err != nil {
		return nil, err
	}
	return limits, nil
}

// Versions gives the API versions that the org serves, in its order. Entries in a
// form that is not known are passed over.
func (c *Client) Versions(ctx context.Context) ([]metadata.Version, error) {
	var got []struct {
		Version string `json:"version"`
	}
	if err := c.get(ctx, "/services/data", "versions", &got); err != nil {
		return nil, err
	}
	var out []metadata.Version
	for _, entry := range got {
		if v, err := metadata.ParseVersion(entry.Version); err == nil {
			out = append(out, v)
		}
	}
	return out, nil
}

// maxRefusal bounds how much of a refusal is read.
const maxRefusal = 1 << 20

// readRefusal reads why a request was not answered: a SOAP fault, the JSON of the
// REST resources, the JSON of the sign-in, or a bare word. Anything else, such as
// the page of a proxy, is told by its status alone.
func readRefusal(resp *http.Response, r io.Reader) error {
	data, err := io.ReadAll(io.LimitReader(r, maxRefusal))
	if err != nil {
		return err
	}
	if fault := parseFault(data); fault != nil {
		return fault
	}
	return httpFault(resp.StatusCode)
}

// parseFault gives nil for what is no refusal of the service.
func parseFault(data []byte) *Fault {
	data = bytes.TrimSpace(data)
	switch {
	case bytes.HasPrefix(data, []byte("<")):
		err := readEnvelope(bytes.NewReader(data), "", nil)
		var fault *Fault
		if errors.As(err, &fault) {
			return fault
		}
	case bytes.HasPrefix(data, []byte("[")):
		var list []struct {
			Code    string `json:"errorCode"`
			Message string `json:"message"`
		}
		if json.Unmarshal(data, &list) == nil && len(list) > 0 && list[0].Code != "" {
			return &Fault{Code: list[0].Code, Message: list[0].Message}
		}
	case bytes.HasPrefix(data, []byte("{")):
		var one struct {
			Code    string `json:"error"`
			Message string `json:"error_description"`
		}
		if json.Unmarshal(data, &one) == nil && one.Code != "" {
			return &Fault{Code: one.Code, Message: one.Message}
		}
	case bytes.HasSuffix(data, []byte("_OAuth_Token")) && !bytes.ContainsAny(data, " <\n"):
		return &Fault{Code: string(data), Message: fmt.Sprintf("%s: the token was refused", data)}
	}
	return nil
}

// resource makes sure that a path which the service names is one of its data
// resources, so that a token goes nowhere else.
func resource(path string) bool {
	return strings.HasPrefix(path, "/services/data/") && !strings.Contains(path, "..")
}
