package mdapi

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
)

// DeployREST sends a zip over the REST resource deployRequest, as raw bytes, and
// gives the job. It is sent once, as Deploy is; the status is asked for by
// CheckDeployStatus.
//
// The parts stand in the order and under the names that the sf CLI sends; those
// of the documentation differ.
func (c *Client) DeployREST(ctx context.Context, zipPath string, o DeployOptions) (AsyncID, error) {
	options, err := json.Marshal(map[string]DeployOptions{"deployOptions": o})
	if err != nil {
		return "", fmt.Errorf("write the options of the deploy: %w", err)
	}
	boundary := "orgkeep-" + rand.Text()
	head := "--" + boundary + "\r\n" +
		"Content-Disposition: form-data; name=\"file\"; filename=\"package.xml\"\r\n" +
		"Content-Type: application/zip\r\n\r\n"
	tail := "\r\n--" + boundary + "\r\n" +
		"Content-Disposition: form-data; name=\"entity_content\"\r\n" +
		"Content-Type: application/json\r\n\r\n" + string(options) +
		"\r\n--" + boundary + "--\r\n"
	var got struct {
		ID AsyncID `json:"id"`
	}
	const name = "deployRequest"
	r := c.rest(http.MethodPost, c.dataPath("metadata", "deployRequest"), name, &got)
	r.repeat = once
	r.header.Set("Content-Type", "multipart/form-data; boundary="+boundary)
	r.body = func(string) payload { return payload{head: []byte(head), file: zipPath, tail: []byte(tail)} }
	err = c.do(ctx, r)
	return jobOf(name, got.ID, err)
}
