package s3_test

import (
	"context"
	"crypto/md5"
	"fmt"
	"io"
	"log"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/escapement-go/escapement/eval/stores/s3"
)

const (
	region = "us-east-1"
	bucket = "environments"
)

// A fake is a server in memory that knows what a [s3.Store] needs of S3. It signs nothing and checks no signature.
type fake struct {
	mu      sync.Mutex
	objects map[string]stored
	written []written // in order
	unique  bool      // each write has a tag of its own, as with encryption, and not one of its text
}

type stored struct{ text, tag string }

// A written text has replaced another one.
type written struct{ key, before, text string }

func newFake(unique bool) *fake { return &fake{objects: map[string]stored{}, unique: unique} }

// put writes an object as somebody else would.
func (f *fake) put(key, text string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.write(key, text)
}

func (f *fake) write(key, text string) {
	f.written = append(f.written, written{key, f.objects[key].text, text})
	tag := fmt.Sprintf("%x", md5.Sum([]byte(text)))
	if f.unique {
		tag = fmt.Sprintf("tag-%d", len(f.written))
	}
	f.objects[key] = stored{text, `"` + tag + `"`}
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the client is gone
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	key, found := strings.CutPrefix(r.URL.Path, "/"+bucket+"/")
	o, exists := f.objects[key]
	switch {
	case r.Method == http.MethodGet && r.URL.Query().Get("list-type") == "2":
		f.list(w, r.URL.Query().Get("prefix"), r.URL.Query().Get("continuation-token"))
	case !found:
		refuse(w, http.StatusNotFound, "NoSuchBucket")
	case r.Method == http.MethodGet && !exists:
		refuse(w, http.StatusNotFound, "NoSuchKey")
	case r.Method == http.MethodGet:
		w.Header().Set("ETag", o.tag)
		io.WriteString(w, o.text)
	case r.Header.Get("If-Match") != "" && !exists:
		refuse(w, http.StatusNotFound, "NoSuchKey")
	case r.Header.Get("If-Match") != "" && r.Header.Get("If-Match") != o.tag, r.Header.Get("If-None-Match") == "*" && exists:
		refuse(w, http.StatusPreconditionFailed, "PreconditionFailed")
	default:
		f.write(key, string(body))
	}
}

// list answers with a page of a few keys.
func (f *fake) list(w io.Writer, prefix, after string) {
	const page = 3
	keys := slices.DeleteFunc(slices.Sorted(maps.Keys(f.objects)), func(key string) bool {
		return !strings.HasPrefix(key, prefix) || key <= after
	})
	more := len(keys) > page
	keys = keys[:min(page, len(keys))]
	fmt.Fprintf(w, "<ListBucketResult><IsTruncated>%t</IsTruncated>", more)
	for _, key := range keys {
		fmt.Fprintf(w, "<Contents><Key>%s</Key></Contents>", key)
	}
	if more {
		fmt.Fprintf(w, "<NextContinuationToken>%s</NextContinuationToken>", keys[page-1])
	}
	io.WriteString(w, "</ListBucketResult>")
}

func refuse(w http.ResponseWriter, status int, code string) {
	w.WriteHeader(status)
	fmt.Fprintf(w, "<Error><Code>%s</Code><Message>told so</Message></Error>", code)
}

// An outcome is what becomes of a request.
type outcome struct {
	name     string
	executed bool // before it is answered
	late     bool // executed, but only after the next request
	answer   func(w http.ResponseWriter)
}

func outcomes() []outcome {
	status := func(status int, code string) func(http.ResponseWriter) {
		return func(w http.ResponseWriter) { refuse(w, status, code) }
	}
	text := func(status int, text string) func(http.ResponseWriter) {
		return func(w http.ResponseWriter) {
			w.WriteHeader(status)
			io.WriteString(w, text)
		}
	}
	dropped := func(http.ResponseWriter) { panic(http.ErrAbortHandler) }
	cut := func(w http.ResponseWriter) {
		w.Header().Set("ETag", `"cut"`)
		w.Header().Set("Content-Length", "1000")
		io.WriteString(w, "values:")
		panic(http.ErrAbortHandler)
	}
	var all []outcome
	for _, o := range []outcome{
		{name: "500", answer: status(500, "InternalError")},
		{name: "503", answer: status(503, "SlowDown")},
		{name: "dropped", answer: dropped},
		{name: "cut", answer: cut},
		{name: "HTML 502", answer: text(502, "<html>bad gateway</html>")},
		{name: "504 without a body", answer: text(504, "")},
		{name: "408", answer: status(408, "RequestTimeout")},
	} {
		all = append(all, o)
		o.name, o.executed = o.name+", executed", true
		all = append(all, o)
		o.name, o.executed, o.late = strings.Replace(o.name, "executed", "executed late", 1), false, true
		all = append(all, o)
	}
	return append(all,
		outcome{name: "412", answer: status(412, "PreconditionFailed")},
		outcome{name: "409", answer: status(409, "ConditionalRequestConflict")},
		outcome{name: "403", answer: status(403, "AccessDenied")},
		outcome{name: "403 of a wrong signature", answer: status(403, "SignatureDoesNotMatch")},
		outcome{name: "404 of the bucket", answer: status(404, "NoSuchBucket")},
		outcome{name: "400", answer: status(400, "SomethingNew")},
		outcome{name: "301", answer: status(301, "PermanentRedirect")},
		outcome{name: "412, executed", executed: true, answer: status(412, "PreconditionFailed")}, // a retry below us has been beaten by its first try
	)
}

// A proxy stands before a server and lets requests meet outcomes.
type proxy struct {
	server http.Handler

	mu     sync.Mutex
	seen   int // requests since the faults were planted
	faults map[int]outcome
	before map[int]func() // what somebody else does before a request
	late   []*http.Request
	met    int
}

// plant plants outcomes by the numbers of the requests that meet them, from 1, and what somebody else does before requests.
// It returns how many of the former faults were met.
func (p *proxy) plant(faults map[int]outcome, before map[int]func()) (met int) {
	p.mu.Lock()
	late, met := p.late, p.met
	p.seen, p.met, p.faults, p.before, p.late = 0, 0, faults, before, nil
	p.mu.Unlock()
	p.execute(late)
	return met
}

func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	p.seen++
	fault, faulty := p.faults[p.seen]
	meanwhile, late := p.before[p.seen], p.late
	p.late = nil
	if faulty {
		p.met++
		if fault.late {
			p.late = append(p.late, keep(r))
		}
	}
	p.mu.Unlock()
	if meanwhile != nil {
		meanwhile()
	}
	if !faulty {
		p.server.ServeHTTP(w, r)
	} else if fault.executed {
		p.server.ServeHTTP(httptest.NewRecorder(), r)
	}
	p.execute(late)
	if faulty {
		fault.answer(w)
	}
}

// keep returns a copy of a request that outlives it.
func keep(r *http.Request) *http.Request {
	body, _ := io.ReadAll(r.Body)
	kept := r.Clone(context.WithoutCancel(r.Context()))
	kept.Body = io.NopCloser(strings.NewReader(string(body)))
	return kept
}

func (p *proxy) execute(late []*http.Request) {
	for _, r := range slices.Clone(late) {
		p.server.ServeHTTP(httptest.NewRecorder(), r)
	}
}

// credentials are those of the servers of the tests.
var credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
	return aws.Credentials{AccessKeyID: "rootuser", SecretAccessKey: "rootpass123"}, nil
})

// serve serves until the test ends.
func serve(t testing.TB, handler http.Handler) (url string) {
	t.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.Start()
	t.Cleanup(server.Close)
	return server.URL
}

func storeAt(url, prefix string) *s3.Store {
	s := &s3.Store{Bucket: bucket, Prefix: prefix, Region: region, Credentials: credentials, Endpoint: url, Transport: &http.Transport{}}
	return s.Hasty()
}
