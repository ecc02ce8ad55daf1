package s3_test

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/eval/stores/s3"
)

// A wire performs requests without a network.
type wire struct{ http.Handler }

func (w wire) RoundTrip(r *http.Request) (resp *http.Response, err error) {
	recorder, served := httptest.NewRecorder(), r.Clone(r.Context())
	if served.Host = cmp.Or(r.Host, r.URL.Host); served.Body == nil {
		served.Body = http.NoBody
	}
	defer func() {
		switch p := recover(); {
		case p == nil:
		case p != http.ErrAbortHandler:
			panic(p)
		case recorder.Body.Len() == 0: // the answer has not begun
			resp, err = nil, errors.New("the connection is gone")
		default:
			resp = recorder.Result()
			resp.Body = io.NopCloser(io.MultiReader(resp.Body, gone{}))
		}
	}()
	w.ServeHTTP(recorder, served)
	return recorder.Result(), nil
}

type gone struct{}

func (gone) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

const oldText, newText = "values: {v: old}\n", "values: {v: new}\n"

// A case is a save, or the creation of an environment, that meets two faults and perhaps a rival.
type faultCase struct {
	create        bool
	first, second outcome
	at, then      int // the requests that meet them
	rival         int // the request before which somebody else writes; 0: nobody does
}

func (c faultCase) String() string {
	return fmt.Sprintf("create %t, request %d: %s, request %d: %s, rival before %d", c.create, c.at, c.first.name, c.then, c.second.name, c.rival)
}

// Every two faults at two of the first requests of a save, with and without a rival: nothing is overwritten but the old text,
// no error but an uncertain one hides a write, success is no lie, and saving the same again settles it.
func TestPairsOfFaults(t *testing.T) {
	for _, create := range []bool{false, true} {
		for at := 1; at <= 2; at++ {
			t.Run(fmt.Sprintf("create %t, request %d", create, at), func(t *testing.T) {
				t.Parallel()
				cells, uncertain := 0, 0
				for n, c := range faultCases(create, at) {
					if testing.Short() && n%7 != 0 {
						continue
					}
					cells++
					if tryFaults(t, c) {
						uncertain++
					}
				}
				t.Logf("%d cells, %d of them uncertain", cells, uncertain)
			})
		}
	}
}

func faultCases(create bool, at int) (cases []faultCase) {
	for _, first := range outcomes() {
		if at == 1 && (first.executed || first.late) {
			continue // the first request reads
		}
		for _, second := range outcomes() {
			if strings.HasPrefix(second.name, "503") || strings.HasPrefix(second.name, "HTML") || strings.HasPrefix(second.name, "504") {
				continue // as a 500
			}
			for _, then := range []int{at + 1, at + 2} {
				for _, rival := range []int{0, at + 1, at + 2} {
					cases = append(cases, faultCase{create, first, second, at, then, rival})
				}
			}
		}
	}
	return cases
}

func tryFaults(t *testing.T, c faultCase) (uncertain bool) {
	f := newFake(c.at == 1)
	if !c.create {
		f.put("a.yaml", oldText)
	}
	p := &proxy{server: f}
	s := &s3.Store{Bucket: bucket, Region: region, Credentials: credentials, Endpoint: "http://s3.invalid", Transport: wire{p}}
	save := func() error {
		if c.create {
			return s.Create(t.Context(), "a", []byte(newText))
		}
		return s.Save(t.Context(), "a", []byte(oldText), []byte(newText))
	}
	p.plant(map[int]outcome{c.at: c.first, c.then: c.second}, map[int]func(){c.rival: func() { f.put("a.yaml", "rival\n") }})
	s.Hasty()
	err := save()
	f.check(t, c, err)
	p.plant(nil, nil) // what is late is executed now
	if !errors.Is(err, eval.ErrUncertain) {
		f.check(t, c, err)
	}
	settled := save()
	if rivals := f.count("rival\n"); rivals == 0 && settled != nil {
		t.Errorf("%v: %v; again: %v", c, err, settled)
	}
	f.check(t, c, nil)
	return errors.Is(err, eval.ErrUncertain)
}

// check checks the history of the server after a save that has returned err.
func (f *fake) check(t *testing.T, c faultCase, err error) {
	t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	wrote := false
	for _, w := range f.written {
		if w.text != newText {
			continue
		}
		wrote = true
		if w.before != newText && (c.create && w.before != "" || !c.create && w.before != oldText) {
			t.Errorf("%v: %q was overwritten; the error was %v", c, w.before, err)
		}
	}
	lied := c.first.lies() || c.second.lies()
	if wrote && err != nil && !errors.Is(err, eval.ErrUncertain) && !lied {
		t.Errorf("%v: it wrote, and the error is %v", c, err)
	}
}

// lies tells whether the server says that nothing was written when it was, and gives nobody a reason to doubt it.
func (o outcome) lies() bool { return o.name == "412, executed" }

func (f *fake) count(text string) (n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, w := range f.written {
		if w.text == text {
			n++
		}
	}
	return n
}

// A server that does not answer is given up after the time of a request; whether it wrote is found out.
func TestTimeouts(t *testing.T) {
	t.Parallel()
	for _, executed := range []bool{false, true} {
		for at := 1; at <= 4; at++ {
			f := newFake(false)
			f.put("a.yaml", oldText)
			p := &proxy{server: f}
			s := storeAt(serve(t, p), "")
			s.Timeout = 200 * time.Millisecond
			hangs := outcome{name: "hangs", executed: executed, answer: func(http.ResponseWriter) { time.Sleep(time.Second) }}
			faults := map[int]outcome{at: hangs}
			if at > 2 {
				faults[2] = outcomes()[0]
			}
			p.plant(faults, nil)
			err := s.Save(t.Context(), "a", []byte(oldText), []byte(newText))
			text, loadErr := s.Load(t.Context(), "a")
			if err != nil || loadErr != nil || !bytes.Equal(text, []byte(newText)) {
				t.Errorf("request %d, executed %t: %v; then %q, %v", at, executed, err, text, loadErr)
			}
		}
	}
}
