//go:build unix

package killed

import (
	"cmp"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strconv"
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
	pause   int           // it does not die, but pauses there
	all     bool          // it rotates all environments
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
func (s *stage) randomMoment(calls int) moment {
	m := moment{calls: s.draw.IntN(calls)}
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
		s.count(out)
		return false
	}
	s.killed++
	s.died[cmp.Or(s.at.last, "nothing")]++
	return true
}

// live lets a process rotate, and returns how that ended, by path.
func (s *stage) live() map[string]string {
	out, _ := s.perform(moment{})
	return s.count(out)
}

// count counts how the rotations of a process have ended.
func (s *stage) count(out string) map[string]string {
	ends := ends(out)
	for _, end := range ends {
		s.ends[end]++
	}
	return ends
}

// ends reads what a process has said of its rotations.
func ends(out string) map[string]string {
	ends := map[string]string{}
	for line := range strings.Lines(out) {
		if words := strings.Fields(line); len(words) == 3 && words[0] == "end" {
			ends[words[1]] = words[2]
		}
	}
	return ends
}

// perform runs the process that may die to its end. No call of it is carried out afterwards.
func (s *stage) perform(m moment) (out string, died bool) { return s.run(m, &s.at) }

// run runs a process to its end. Without a victim it does not die.
func (s *stage) run(m moment, at *victim) (out string, died bool) {
	server := httptest.NewServer(http.HandlerFunc(s.serve))
	defer server.Close() // waits for the calls that are being carried out
	path, err := os.Executable()
	s.must(err)
	cmd := exec.Command(path, "-test.run=^TestChild$")
	cmd.Env = append(os.Environ(), childDir+"="+s.dir, childKey+"="+s.key, childEndpoint+"="+server.URL,
		childTime+"="+s.sim.Clock().Now().Format(time.RFC3339Nano), childSave+"="+m.save, childDamage+"="+m.damage,
		childPause+"="+strconv.Itoa(m.pause),
		"GORACE=atexit_sleep_ms=0") // the race detector would wait a second at the end of each process
	if m.all {
		cmd.Env = append(cmd.Env, childAll+"=yes")
	}
	var said strings.Builder
	cmd.Stdout, cmd.Stderr = &said, &said
	if at == nil {
		err = cmd.Run()
	} else {
		err = at.run(cmd, m)
	}
	died = cmd.ProcessState != nil && cmd.ProcessState.ExitCode() < 0 // by a signal
	if err != nil && (!died || at == nil || m == moment{all: m.all}) {
		s.Errorf("a process that nobody killed failed: %v\n%s", err, said.String())
	}
	return said.String(), died
}

// run runs the process that is to die then.
func (v *victim) run(cmd *exec.Cmd, m moment) error {
	v.mu.Lock()
	if err := cmd.Start(); err != nil {
		v.mu.Unlock()
		return err
	}
	v.process, v.dies, v.calls, v.last = cmd.Process, m, 0, ""
	if m.started {
		v.kill()
	}
	v.mu.Unlock()
	err := cmd.Wait()
	v.mu.Lock()
	v.process = nil
	v.mu.Unlock()
	return err
}

// serve is the account, and what a process asks that pauses.
func (s *stage) serve(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/pause" {
		fmt.Fprint(w, s.meanwhile())
		return
	}
	s.sim.ServeHTTP(w, r)
}
