//go:build unix

package killed

import (
	"cmp"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"

	"github.com/escapement-go/escapement/providers/awstest"
)

// A moment is when a process is to die. The zero moment is never.
type moment struct {
	started bool          // when it has started
	calls   int           // or when so many calls have been carried out, the last of them before it is answered
	delay   time.Duration // and after that
	save    string        // or before or after a save, such as "before 2"
	damage  string        // it does not die, but this befalls its document
}

// A victim is the process that rotates.
type victim struct {
	mu      sync.Mutex
	process *os.Process
	dies    moment
	calls   int    // it has made
	last    string // of the calls until it was to die
}

// called counts a call and kills the process if that is the one. The answer has not been sent yet.
func (v *victim) called(c awstest.Call) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.process == nil {
		return
	}
	if v.calls++; v.calls == v.dies.calls {
		v.last = c.Action
		v.kill()
	}
}

// kill kills the process when the delay is over; the caller holds the lock.
func (v *victim) kill() {
	process := v.process
	if v.dies.delay == 0 {
		_ = process.Kill()
		return
	}
	time.AfterFunc(v.dies.delay, func() { _ = process.Kill() }) // of one that is over already, nothing is killed
}

// randomMoment is while a call is answered, a moment after it, or before there was any. Between calls there are saves.
func (s *stage) randomMoment() moment {
	m := moment{calls: s.draw.IntN(10)}
	switch {
	case m.calls == 0:
		return moment{started: true, delay: time.Duration(s.draw.IntN(30_000)) * time.Microsecond}
	case s.draw.IntN(3) > 0:
		m.delay = time.Duration(s.draw.IntN(4_000)) * time.Microsecond
	}
	return m
}

// kill lets a process rotate until it dies, and tells whether it has.
func (s *stage) kill(m moment) bool {
	out, died := s.perform(m)
	if !died {
		s.ends[end(out)]++
		return false
	}
	s.killed++
	s.died[cmp.Or(s.at.last, "nothing")]++
	return true
}

// live lets a process rotate, and returns how that ended.
func (s *stage) live() string {
	out, _ := s.perform(moment{})
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
func (s *stage) perform(m moment) (out string, died bool) {
	server := httptest.NewServer(s.sim)
	defer server.Close() // waits for the calls that are being carried out
	path, err := os.Executable()
	s.must(err)
	cmd := exec.Command(path, "-test.run=^TestChild$")
	cmd.Env = append(os.Environ(), childDir+"="+s.dir, childKey+"="+s.key, childEndpoint+"="+server.URL,
		childTime+"="+s.sim.Clock().Now().Format(time.RFC3339Nano), childSave+"="+m.save, childDamage+"="+m.damage,
		"GORACE=atexit_sleep_ms=0") // the race detector would wait a second at the end of each process
	var said strings.Builder
	cmd.Stdout, cmd.Stderr = &said, &said
	s.at.mu.Lock()
	s.must(cmd.Start())
	s.at.process, s.at.dies, s.at.calls, s.at.last = cmd.Process, m, 0, ""
	if m.started {
		s.at.kill()
	}
	s.at.mu.Unlock()
	err = cmd.Wait()
	s.at.mu.Lock()
	s.at.process = nil
	s.at.mu.Unlock()
	died = cmd.ProcessState.ExitCode() < 0 // by a signal
	if err != nil && (!died || m == moment{}) {
		s.Fatalf("a process that nobody killed failed: %v\n%s", err, said.String())
	}
	return said.String(), died
}
