package emulator

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strings"
)

// maxPart is the limit of one part of a deploy over REST.
const maxPart = 40 << 20

// serveDeployRequest is the deployRequest resource: deploy, status, cancel and
// quick deploy over REST. There is no REST retrieve.
func (s *Server) serveDeployRequest(w http.ResponseWriter, r *http.Request, c restCall, parts []string) {
	if len(parts) == 0 || parts[0] != "deployRequest" {
		notFound(w)
		return
	}
	id := ""
	if len(parts) > 1 {
		id = parts[1]
	}
	switch {
	case r.Method == http.MethodPost && id == "":
		s.postDeploy(w, r, c)
	case r.Method == http.MethodGet && id != "":
		s.getDeploy(w, r, id)
	case r.Method == http.MethodPatch && id != "":
		s.patchDeploy(w, r, c, id)
	default:
		writeRESTError(w, http.StatusMethodNotAllowed, "METHOD_NOT_ALLOWED", "HTTP Method '"+r.Method+"' not allowed.")
	}
}

// deployBody is the JSON of a deploy request.
type deployBody struct {
	ValidatedDeployRequestID string         `json:"validatedDeployRequestId"`
	DeployOptions            *deployOptions `json:"deployOptions"`
	DeployResult             *struct {
		Status string `json:"status"`
	} `json:"deployResult"`
}

func (s *Server) postDeploy(w http.ResponseWriter, r *http.Request, c restCall) {
	body, zip, err := readDeploy(r)
	if err != nil {
		writeRESTError(w, http.StatusBadRequest, "INVALID_INPUT", err.Error())
		return
	}
	var job *deployJob
	var bad *soapFault
	if body.ValidatedDeployRequestID != "" {
		job, bad = s.quickDeploy(body.ValidatedDeployRequestID, c.user)
	} else if bad = s.acceptable(*body.DeployOptions); bad == nil {
		job = s.submit(c.user, zip, *body.DeployOptions)
	}
	if bad != nil {
		writeRESTError(w, http.StatusBadRequest, bad.Code, bad.Message)
		return
	}
	reply := map[string]any{
		"id": job.id, "validatedDeployRequestId": nil, "deployOptions": job.options, "deployResult": s.jsonResult(job, false),
	}
	if job.quickOf != "" {
		reply["validatedDeployRequestId"] = job.quickOf
	}
	writeJSON(w, http.StatusCreated, reply)
}

// readDeploy reads a request. Parts are told by their content, as clients and
// documentation name them differently.
func readDeploy(r *http.Request) (body deployBody, zip []byte, err error) {
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return body, nil, fmt.Errorf("content type: %w", err)
	}
	if !strings.HasPrefix(kind, "multipart/") {
		err = json.NewDecoder(r.Body).Decode(&body)
		if err == nil && body.ValidatedDeployRequestID == "" {
			err = errors.New("no zip file in the request")
		}
		return body, nil, err
	}
	parts := multipart.NewReader(r.Body, params["boundary"])
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return body, nil, err
		}
		content, err := io.ReadAll(io.LimitReader(part, maxPart))
		if err != nil {
			return body, nil, err
		}
		if strings.Contains(part.Header.Get("Content-Type"), "json") || strings.HasPrefix(strings.TrimSpace(string(content[:min(8, len(content))])), "{") {
			if err := json.Unmarshal(content, &body); err != nil {
				return body, nil, err
			}
			continue
		}
		zip = content
	}
	if zip == nil || body.DeployOptions == nil {
		return body, nil, errors.New("a deploy needs a part with the zip and a part with deployOptions")
	}
	return body, zip, nil
}

func (s *Server) getDeploy(w http.ResponseWriter, r *http.Request, id string) {
	job, bad := s.findDeploy(id)
	if bad != nil {
		notFound(w)
		return
	}
	details := r.URL.Query().Get("includeDetails") == "true"
	writeJSON(w, http.StatusOK, map[string]any{
		"id": job.id, "url": s.base(r) + r.URL.Path, "validatedDeployRequestId": nil, "deployOptions": job.options,
		"deployResult": s.jsonResult(job, details),
	})
}

func (s *Server) patchDeploy(w http.ResponseWriter, r *http.Request, c restCall, id string) {
	var body deployBody
	if err := json.NewDecoder(io.LimitReader(r.Body, 1<<16)).Decode(&body); err != nil || body.DeployResult == nil || body.DeployResult.Status != "Canceling" {
		writeRESTError(w, http.StatusBadRequest, "INVALID_INPUT", "only the status Canceling can be set")
		return
	}
	job, _, bad := s.cancelJob(id, c.user)
	if bad != nil {
		writeRESTError(w, http.StatusBadRequest, bad.Code, bad.Message)
		return
	}
	writeJSON(w, http.StatusAccepted, map[string]any{"id": job.id, "deployResult": s.jsonResult(job, false)})
}
