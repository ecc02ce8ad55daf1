//go:build unix

package killed

import (
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"

	"github.com/escapement-go/escapement/providers/awstest"
)

// A victim is the process that rotates, and the moment at which it is to die.
type victim struct {
	mu      sync.Mutex
	process *os.Process
	calls   int           // it has made
	after   int           // of them it dies; negative: never
	delay   time.Duration // then
	last    string        // of the calls until it was to die
}

// called counts a call and kills the process if that is the one. The answer has not been sent yet.
func (v *victim) called(c awstest.Call) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.process == nil {
		return
	}
	if v.calls++; v.calls == v.after {
		v.last = c.Action
		v.kill()
	}
}

// kill kills the process when the delay is over; the caller holds the lock.
func (v *victim) kill() {
	process := v.process
	if v.delay == 0 {
		_ = process.Kill()
		return
	}
	time.AfterFunc(v.delay, func() { _ = process.Kill() }) // of one that is over already, nothing is killed
}

// kill starts a process and kills it: while it answers a call, a moment after it, or before there was any. Between calls it
// saves.
func (s *stage) kill() {
	after := s.draw.IntN(10)
	delay := time.Duration(0)
	switch {
	case after == 0:
		delay = time.Duration(s.draw.IntN(30_000)) * time.Microsecond
	case s.draw.IntN(3) > 0:
		delay = time.Duration(s.draw.IntN(4_000)) * time.Microsecond
	}
	out, died := s.perform(after, delay)
	if !died {
		s.ends[end(out)]++
		return
	}
	s.killed++
	if s.at.last == "" {
		s.at.last = "nothing"
	}
	s.died[s.at.last]++
}

// live lets a process rotate, and returns how that ended.
func (s *stage) live() string {
	out, _ := s.perform(-1, 0)
	s.ends[end(out)]++
	return end(out)
}

// end is what a process said last: the kind of an event, or a code.
func end(out string) string {
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if lines[len(lines)-1] == "failed" {
		for _, line := range lines {
			if code, found := strings.CutPrefix(line, "diagnostic "); found {
				return strings.TrimPrefix(code, "rotate-failed/")
			}
		}
	}
	return strings.TrimPrefix(lines[len(lines)-1], "event ")
}

// perform runs a process to its end. No call of it is carried out afterwards.
func (s *stage) perform(after int, delay time.Duration) (out string, died bool) {
	server := httptest.NewServer(s.sim)
	defer server.Close() // waits for the calls that are being carried out
	path, err := os.Executable()
	s.must(err)
	cmd := exec.Command(path, "-test.run=^TestChild$")
	cmd.Env = append(os.Environ(), childDir+"="+s.dir, childKey+"="+s.key, childEndpoint+"="+server.URL,
		childTime+"="+s.sim.Clock().Now().Format(time.RFC3339Nano))
	var said strings.Builder
	cmd.Stdout, cmd.Stderr = &said, &said
	s.at.mu.Lock()
	s.must(cmd.Start())
	s.at.process, s.at.calls, s.at.after, s.at.delay, s.at.last = cmd.Process, 0, after, delay, ""
	if after == 0 {
		s.at.kill()
	}
	s.at.mu.Unlock()
	err = cmd.Wait()
	s.at.mu.Lock()
	s.at.process = nil
	s.at.mu.Unlock()
	died = cmd.ProcessState.ExitCode() < 0 // by a signal
	if err != nil && (!died || after < 0) {
		s.Fatalf("a process that nobody killed failed: %v\n%s", err, said.String())
	}
	return said.String(), died
}
