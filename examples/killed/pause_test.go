//go:build unix

package killed

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"sync/atomic"
	"time"
)

// paused counts the moments at which this process could be told to wait: on both sides of each request and of each save.
var paused atomic.Int32

// pause waits, at the moment that the process was told, until the parent lets it go on; its clock then goes forward by as
// much as the parent says. A process that is frozen for a while is no different.
func pause() {
	if os.Getenv(childPause) != fmt.Sprint(paused.Add(1)) {
		return
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}} // an open connection would hold the clock up
	answer, err := client.Get(os.Getenv(childEndpoint) + "/pause")
	if err != nil {
		return // the parent notices that nobody has waited
	}
	text, _ := io.ReadAll(answer.Body)
	_ = answer.Body.Close()
	frozen, _ := time.ParseDuration(string(text))
	time.Sleep(frozen) // by the clock of the bubble
}

// A pausing transport pauses before and after each request.
type pausing struct{ http.RoundTripper }

func (p pausing) RoundTrip(r *http.Request) (*http.Response, error) {
	pause()
	answer, err := p.RoundTripper.RoundTrip(r)
	if err == nil {
		var text []byte
		text, err = io.ReadAll(answer.Body)
		_ = answer.Body.Close()
		answer.Body = io.NopCloser(bytes.NewReader(text))
	}
	pause()
	return answer, err
}
