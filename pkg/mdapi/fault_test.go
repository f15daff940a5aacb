package mdapi_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/orgkeep/orgkeep/pkg/mdapi"
)

func TestRefusalsKeepTheServicesWords(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		status int
		body   string
		want   mdapi.Fault
		is     error
	}{
		"a SOAP fault": {
			500, soapFault("INVALID_TYPE", "INVALID_TYPE: Unknown type:Nope"),
			mdapi.Fault{Code: "INVALID_TYPE", Message: "INVALID_TYPE: Unknown type:Nope"},
			mdapi.ErrUnknownType,
		},
		"a SOAP fault with status 200": {
			200, soapFault("INVALID_TYPE", "INVALID_TYPE: Cannot use: X in this organization"),
			mdapi.Fault{Code: "INVALID_TYPE", Message: "INVALID_TYPE: Cannot use: X in this organization"},
			mdapi.ErrUnknownType,
		},
		"the end of a session over SOAP": {
			500, soapFault("INVALID_SESSION_ID", "INVALID_SESSION_ID: Illegal Session"),
			mdapi.Fault{Code: "INVALID_SESSION_ID", Message: "INVALID_SESSION_ID: Illegal Session"},
			mdapi.ErrSessionExpired,
		},
		"the end of a session over REST": {
			401, `[{"message":"Session expired or invalid","errorCode":"INVALID_SESSION_ID"}]`,
			mdapi.Fault{Code: "INVALID_SESSION_ID", Message: "Session expired or invalid"},
			mdapi.ErrSessionExpired,
		},
		"a bad token as a bare word": {
			403, "Bad_OAuth_Token",
			mdapi.Fault{Code: "Bad_OAuth_Token", Message: "Bad_OAuth_Token: the token was refused"},
			mdapi.ErrSessionExpired,
		},
		"a 401 of something in between": {
			401, "<html>who are you</html>",
			mdapi.Fault{Code: "HTTP_401", Message: "the server answered 401 Unauthorized"},
			mdapi.ErrSessionExpired,
		},
		"no calls left over SOAP": {
			500, soapFault("REQUEST_LIMIT_EXCEEDED", "REQUEST_LIMIT_EXCEEDED: TotalRequests Limit exceeded."),
			mdapi.Fault{Code: "REQUEST_LIMIT_EXCEEDED", Message: "REQUEST_LIMIT_EXCEEDED: TotalRequests Limit exceeded."},
			mdapi.ErrRequestLimit,
		},
		"no calls left over REST": {
			403, `[{"message":"TotalRequests Limit exceeded.","errorCode":"REQUEST_LIMIT_EXCEEDED"}]`,
			mdapi.Fault{Code: "REQUEST_LIMIT_EXCEEDED", Message: "TotalRequests Limit exceeded."},
			mdapi.ErrRequestLimit,
		},
		"an error of the sign-in": {
			400, `{"error":"invalid_grant","error_description":"expired"}`,
			mdapi.Fault{Code: "invalid_grant", Message: "expired"},
			nil,
		},
		"a version that is gone": {
			410, `[{"message":"API version unsupported","errorCode":"UNSUPPORTED_API_VERSION"}]`,
			mdapi.Fault{Code: "UNSUPPORTED_API_VERSION", Message: "API version unsupported"},
			nil,
		},
		"a redirect, which is not followed": {
			302, "elsewhere", mdapi.Fault{Code: "HTTP_302", Message: "the server answered 302 Found"}, nil,
		},
		"the page of a proxy": {
			407, "<html><body>log in</body></html>",
			mdapi.Fault{Code: "HTTP_407", Message: "the server answered 407 Proxy Authentication Required"},
			nil,
		},
		"a fault that repeats the token": {
			500, soapFault("INVALID_FIELD", "no field "+canary),
			mdapi.Fault{Code: "INVALID_FIELD", Message: "no field (token)"},
			nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, func(w http.ResponseWriter, _ seen, _ int) {
				w.Header().Set("X-Sfdc-Request-Id", "req-1")
				w.Header().Set("Location", "https://evil.example/")
				w.WriteHeader(tc.status)
				fmt.Fprint(w, tc.body)
			})
			_, err := s.client(t).DescribeMetadata(t.Context())
			var fault *mdapi.Fault
			if !errors.As(err, &fault) {
				t.Fatalf("got %v", err)
			}
			tc.want.Status, tc.want.RequestID = tc.status, "req-1"
			if diff := cmp.Diff(tc.want, *fault, cmpopts.IgnoreUnexported(mdapi.Fault{})); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			for _, sentinel := range []error{mdapi.ErrSessionExpired, mdapi.ErrRequestLimit, mdapi.ErrUnknownType, mdapi.ErrZipGone} {
				if errors.Is(err, sentinel) != errors.Is(tc.is, sentinel) {
					t.Errorf("%v: is it %v? %v", err, sentinel, errors.Is(err, sentinel))
				}
			}
			if strings.Contains(err.Error(), canary) {
				t.Errorf("the token is in %v", err)
			}
		})
	}
}

func TestTheCodeIsSaidOnce(t *testing.T) {
	t.Parallel()
	for want, f := range map[string]mdapi.Fault{
		"INVALID_TYPE: Unknown type:X":   {Code: "INVALID_TYPE", Message: "INVALID_TYPE: Unknown type:X"},
		"MALFORMED_QUERY: no such thing": {Code: "MALFORMED_QUERY", Message: "no such thing"},
		"UNKNOWN_EXCEPTION":              {Code: "UNKNOWN_EXCEPTION"},
		"the server answered 503":        {Code: "HTTP_503", Message: "the server answered 503"},
	} {
		if got := f.Error(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestWhatIsNoReplyIsRefused(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"a page":                       "<!DOCTYPE html><html></html>",
		"a page without a declaration": "<html></html>",
		"JSON":                         `{"done":true}`,
		"a document type":              `<!DOCTYPE e [<!ENTITY a "b">]>` + answer("describeMetadata", "<result>&a;</result>"),
		"a document type further in":   `<Envelope><!DOCTYPE x><Body><describeMetadataResponse/></Body></Envelope>`,
		"an entity that nobody knows":  answer("describeMetadata", "<result><organizationNamespace>&x;</organizationNamespace></result>"),
		"another call's reply":         answer("listMetadata", "<result/>"),
		"two replies":                  envelope("<describeMetadataResponse/><describeMetadataResponse/>"),
		"no reply in it":               envelope(""),
		"no Body":                      "<Envelope/>",
		"a fault without a code":       envelope("<Fault><faultstring>x</faultstring></Fault>"),
		"a number that is none":        answer("describeMetadata", "<result><testRequired>perhaps</testRequired></result>"),
		"tags that do not match":       "<Envelope><Body></Envelope>",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, always(http.StatusOK, body))
			_, err := s.client(t).DescribeMetadata(t.Context())
			if !errors.Is(err, mdapi.ErrReply) || len(s.ops()) != 1 {
				t.Errorf("%v after %d calls", err, len(s.ops()))
			}
		})
	}
}

func TestAConfigurationThatCannotWorkIsRefused(t *testing.T) {
	t.Parallel()
	good := mdapi.Config{InstanceURL: "https://acme.my.salesforce.com/", Version: 66, Tokens: mdapi.StaticToken("x")}
	c, err := mdapi.New(good)
	if err != nil || c.InstanceURL() != "https://acme.my.salesforce.com" || c.Version() != 66 {
		t.Fatalf("%v", err)
	}
	for name, change := range map[string]func(*mdapi.Config){
		"without a URL":        func(c *mdapi.Config) { c.InstanceURL = "" },
		"without a scheme":     func(c *mdapi.Config) { c.InstanceURL = "acme.my.salesforce.com" },
		"with a strange one":   func(c *mdapi.Config) { c.InstanceURL = "ftp://acme.my.salesforce.com" },
		"without tokens":       func(c *mdapi.Config) { c.Tokens = nil },
		"without a version":    func(c *mdapi.Config) { c.Version = 0 },
		"with an old version":  func(c *mdapi.Config) { c.Version = 30 },
		"with a later version": func(c *mdapi.Config) { c.Version = 69 },
	} {
		cfg := good
		change(&cfg)
		if _, err := mdapi.New(cfg); !errors.Is(err, mdapi.ErrConfig) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
