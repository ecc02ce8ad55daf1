package awstest

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// maxBody is more than any request of the services holds.
const maxBody = 1 << 20

// ServeHTTP speaks the Query protocol of IAM at /iam/ and of STS at /sts/, and the JSON protocol of Secrets Manager at
// /secretsmanager/ and of Parameter Store at /ssm/, or at / for a host that begins with the name of the service. A path
// such as /sts/eu-west-1/ stands for the service in that region; without one it is the region that the request is signed
// for.
func (s *Simulator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	service, region := s.place(r)
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil || len(body) > maxBody {
		http.Error(w, "the request cannot be read", http.StatusBadRequest)
		return
	}
	if service == "" {
		http.NotFound(w, r)
		return
	}
	op, in, err := services[service].read(service, r, body)
	if err != nil {
		s.reject(w, service, err)
		return
	}
	c, err := s.received(r, body, service, region)
	if err != nil {
		s.reject(w, service, err)
		return
	}
	t := s.takeTicket(r.Header.Get(ticketHeader))
	if t != nil {
		c.run = t.run
	}
	a := s.perform(c, op, in)
	if t != nil {
		t.close(*c.Call, a.damage)
	}
	s.write(w, r, op, a, t != nil)
}

// received builds the call of a request.
func (s *Simulator) received(r *http.Request, body []byte, service, region string) (*call, error) {
	g, err := readSignature(r)
	if err != nil {
		return nil, err
	}
	c := &call{Call: &Call{Attempt: attempt(r)}, region: region}
	if g != nil {
		c.Signer, c.region = g.keyID, g.region
		c.proof = proof{token: r.Header.Get("X-Amz-Security-Token"), check: func(creds aws.Credentials) error {
			err := g.checkScope(service)
			if err == nil && s.options.CheckSkew {
				err = g.checkTime(s.clock.Now())
			}
			if err == nil {
				err = g.check(r, body, creds)
			}
			return err
		}}
	}
	return c, nil
}

// place tells which service, and in which region, a request is for.
func (s *Simulator) place(r *http.Request) (service, region string) {
	parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	if _, known := services[parts[0]]; known && len(parts) <= 2 {
		if len(parts) == 2 {
			return parts[0], parts[1]
		}
		return parts[0], s.options.Region
	}
	if r.URL.Path == "/" {
		if service, region, found := serviceOf(r.Host); found {
			return service, region
		}
	}
	return "", ""
}

var hostForm = regexp.MustCompile(`^(iam|sts|secretsmanager|ssm)(?:-fips)?\.(?:([a-z0-9-]+)\.)?(?:amazonaws\.com(?:\.cn)?|[a-z0-9.-]+\.(?:gov|uk)|amazonaws\.eu)$`)

// serviceOf reads the name of one of AWS's own hosts.
func serviceOf(host string) (service, region string, found bool) {
	m := hostForm.FindStringSubmatch(host)
	if m == nil {
		return "", "", false
	}
	if m[2] == "" {
		m[2] = "us-east-1"
	}
	return m[1], m[2], true
}

// attempt reads which try of the SDK a request is.
func attempt(r *http.Request) int {
	n := 1
	for part := range strings.SplitSeq(r.Header.Get("Amz-Sdk-Request"), ";") {
		if text, found := strings.CutPrefix(strings.TrimSpace(part), "attempt="); found {
			_, _ = fmt.Sscanf(text, "%d", &n)
		}
	}
	return n
}

// reject answers a request that is no call.
func (s *Simulator) reject(w http.ResponseWriter, service string, err error) {
	refused := &apiError{"InternalFailure", err.Error(), http.StatusInternalServerError}
	errors.As(err, &refused)
	refused = services[service].spell(refused)
	s.mu.Lock()
	id := s.ids.request()
	s.mu.Unlock()
	s.send(w, service, refused.status, id, services[service].refusal(service, refused, id))
}

func (s *Simulator) send(w http.ResponseWriter, service string, status int, requestID string, body []byte) {
	w.Header().Set("Date", s.clock.Now().Format(http.TimeFormat))
	w.Header().Set("Content-Type", services[service].contentType())
	w.Header().Set("X-Amzn-Requestid", requestID)
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// write lets the client see what it is to see. A client of the simulator's own knows of a time-out without waiting.
func (s *Simulator) write(w http.ResponseWriter, r *http.Request, op *operation, a answer, own bool) {
	switch a.damage {
	case timedOut:
		if !own {
			select {
			case <-r.Context().Done():
			case <-s.done:
			}
		}
		panic(http.ErrAbortHandler)
	case refused, dropped:
		panic(http.ErrAbortHandler)
	case redirected:
		location := a.location
		if location == "" {
			location = r.URL.Path
		}
		w.Header().Set("Location", location)
		s.send(w, op.service, a.status, a.requestID, nil)
	case html:
		w.Header().Set("Content-Type", "text/html")
		w.Header().Set("Date", s.clock.Now().Format(http.TimeFormat))
		_, _ = io.WriteString(w, page)
	default:
		status, body := a.text(op)
		s.send(w, op.service, status, a.requestID, body)
	}
}

// text is the answer as AWS writes it, or as much of it as arrives.
func (a answer) text(op *operation) (status int, body []byte) {
	var refusal *apiError
	if errors.As(a.err, &refusal) {
		status, body = refusal.status, services[op.service].refusal(op.service, refusal, a.requestID)
	} else {
		status, body = http.StatusOK, services[op.service].answer(op, a.out, a.requestID)
	}
	if a.damage == truncated {
		body = body[:len(body)/2]
	}
	return status, body
}

const page = "<!DOCTYPE html><html><head><title>Sign in</title><body><p>Please sign in to the network.<br></body></html>\n"
