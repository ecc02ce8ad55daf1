package eval_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/eval/evaltest"
	"github.com/escapement-go/escapement/rotators"
)

// aged is an environment whose key was made at 10 and is due a hundred seconds later.
const aged = "values: {k: {fn::rotate::age: {inputs: {after: 100, login: '${environments.p.l.login}'}, state: {made: %d}}}}\n"

// fleet makes environments of every kind. Those with a number that four divides are due.
func fleet(n int) (host *evaltest.Host, names []string) {
	host = &evaltest.Host{Files: map[string]string{"p/l": "values: {login: {fn::open::echo: {x: 1}}}\n"}}
	for i := range n {
		name := fmt.Sprintf("e%03d", i)
		switch names = append(names, name); {
		case i%4 == 0:
			host.Files[name] = fmt.Sprintf(aged, 10)
		case i%10 == 1:
			host.Files[name] = "values: {a: ["
		case i%10 == 3:
			host.Files[name] = "values: {a: {fn::open::unheard: {}}, b: '${nothing}'}\n" // wrong, and without rotators
		case i%10 == 7:
			host.Files[name] = "imports: [e000]\n"
		default:
			host.Files[name] = fmt.Sprintf(aged, 90)
		}
	}
	return host, names
}

func due(concurrency int) eval.RotateAllOptions {
	return eval.RotateAllOptions{Due: true, Now: time.Unix(150, 0), Concurrency: concurrency}
}

func showRotation(rotation *eval.Rotation, err error) string {
	text := rotation.Environment.Name
	for _, r := range rotation.Results {
		text += fmt.Sprintf(" %s %s", r.Path, r.Status)
	}
	for _, d := range rotation.Environment.Diagnostics {
		text += " !" + d.Code
	}
	if err != nil {
		text += " failed"
	}
	return text
}

// All is rotated that is due and nothing else, in the order of the names whatever comes first.
func TestRotateAll(t *testing.T) {
	first := ""
	for _, concurrency := range []int{0, 1, 16, 100} {
		host, names := fleet(40)
		host.Before = evaltest.Shuffle(uint64(concurrency))
		e := host.Evaluator()
		e.Rotators["age"] = ageing{host, 150}
		var shown []string
		for rotation, err := range e.RotateAll(t.Context(), names, due(concurrency)) {
			shown = append(shown, showRotation(rotation, err))
		}
		got := strings.Join(shown, "\n")
		if first == "" {
			first = got
			want := []string{"e000 k succeeded", "e001 !yaml-syntax failed", "e002 k nothing-due", "e003", "e004 k succeeded",
				"e005 k nothing-due", "e006 k nothing-due", "e007"}
			if diff := cmp.Diff(want, shown[:8]); diff != "" {
				t.Error(diff)
			}
		}
		if diff := cmp.Diff(first, got); diff != "" {
			t.Errorf("%d at a time: %s", concurrency, diff)
		}
		calls := host.Calls()
		if calls["echo"] != 10 || calls["encrypt"] != 10 {
			t.Errorf("%d at a time: %v", concurrency, calls)
		}
		for _, name := range names {
			if saved := calls["save "+name]; saved != strings.Count(first, name+" k succeeded") {
				t.Errorf("%s was saved %d times", name, saved)
			}
		}
	}
}

// So many are under way at a time, and events come one by one with the place where they happen.
func TestRotateAllAtATime(t *testing.T) {
	for _, test := range []struct{ concurrency, want int }{{0, 4}, {1, 1}, {7, 7}} {
		host, names := fleet(60)
		var mu sync.Mutex
		now, most := 0, 0
		barrier := evaltest.Barrier(test.want)
		host.Before = func(ctx context.Context, call string) error {
			if call != "maintain" {
				return nil
			}
			mu.Lock()
			now++
			most = max(most, now)
			mu.Unlock()
			err := barrier(ctx, call)
			mu.Lock()
			now--
			mu.Unlock()
			return err
		}
		e := host.Evaluator()
		e.Rotators["age"] = ageing{host, 150}
		var heard []string
		opts := due(test.concurrency)
		opts.Report = func(environment, path string, event rotators.Event) {
			if event.Kind == "renewed" {
				heard = append(heard, environment+" "+path+" "+event.Rotator+" "+event.Kind)
			}
		}
		for rotation, err := range e.RotateAll(t.Context(), names, opts) {
			if err != nil && len(rotation.Results) > 0 {
				t.Error(err)
			}
		}
		slices.Sort(heard)
		if most != test.want || len(heard) != 15 || heard[1] != "e004 k age renewed" {
			t.Errorf("%d at a time and not %d; heard %q", most, test.want, heard)
		}
	}
}

// One that waits holds up no more than a window of others, so that memory does not depend on how many there are.
func TestRotateAllWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host, names := fleet(400)
		begun := map[string]bool{}
		var mu sync.Mutex
		host.Before = func(ctx context.Context, call string) error {
			mu.Lock()
			begun[call] = true
			mu.Unlock()
			if call == "load e000" {
				time.Sleep(time.Hour)
			}
			return nil
		}
		e := host.Evaluator()
		e.Rotators["age"] = ageing{host, 150}
		var count atomic.Int64
		go func() {
			for range e.RotateAll(t.Context(), names, due(4)) {
				count.Add(1)
			}
		}()
		time.Sleep(time.Minute)
		mu.Lock()
		waiting := 0
		for call := range begun {
			if strings.HasPrefix(call, "load e") {
				waiting++
			}
		}
		mu.Unlock()
		if waiting < 10 || waiting > 70 || count.Load() > 0 {
			t.Errorf("%d have begun and %d are done", waiting, count.Load())
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		if n := count.Load(); n != int64(len(names)) {
			t.Errorf("%d are done", n)
		}
	})
}

// The end of the context, or of the loop, lets those under way come to an end, and no other one begins.
func TestRotateAllEnds(t *testing.T) {
	for _, breaking := range []bool{false, true} {
		host, names := fleet(400)
		ctx, cancel := context.WithCancel(t.Context())
		saved := make(chan struct{})
		host.Before = func(_ context.Context, call string) error {
			if call == "maintain" && !breaking {
				cancel()
			}
			if call == "save e000" {
				close(saved)
			}
			return nil
		}
		e := host.Evaluator()
		e.Rotators["age"] = ageing{host, 150}
		count := 0
		var last error
		for rotation, err := range e.RotateAll(ctx, names, due(1)) {
			count++
			last = err
			if rotation == nil {
				t.Fatal("no rotation")
			}
			if breaking {
				break
			}
		}
		cancel()
		<-saved
		if loads := host.Calls()["load e300"]; count > 5 || loads > 0 || breaking != (last == nil) || !breaking && !errors.Is(last, context.Canceled) {
			t.Errorf("%d were rotated, %v", count, last)
		}
		if text := host.Text("e000"); !strings.Contains(text, "ciphertext") {
			t.Errorf("the one under way was not brought to safety: %s", text)
		}
	}
}

// A lazy rotator leaves undone what is due.
type lazy struct{ ageing }

func (lazy) Maintain(context.Context, *rotators.Request, func(context.Context, any) error) error {
	return nil
}

// What is due still after a rotator had its turn is told, and is no failure.
func TestLeft(t *testing.T) {
	host := &evaltest.Host{Files: map[string]string{"r": "values: {k: {fn::rotate::age: {inputs: {after: 100}, state: {made: 10}}}}\n"}}
	host.Before = func(context.Context, string) error { return nil }
	e := host.Evaluator()
	for want, rotator := range map[string]rotators.Rotator{"[rotate]": lazy{ageing{host, 150}}, "[]": ageing{host, 150}} {
		e.Rotators["age"] = rotator
		rotation, err := e.Rotate(t.Context(), "r", eval.RotateOptions{Due: true, Now: time.Unix(150, 0)})
		left := []string{}
		for _, action := range rotation.Results[0].Left {
			left = append(left, action.Kind)
		}
		if got := fmt.Sprint(left); err != nil || got != want || rotation.Results[0].Status != eval.Succeeded {
			t.Errorf("%s is left, not %s: %v", got, want, err)
		}
		host.Put("r", "values: {k: {fn::rotate::age: {inputs: {after: 100}, state: {made: 10}}}}\n")
	}
}

// Runs that have nothing to do write nothing.
func TestRotateAllIdle(t *testing.T) {
	dir := t.TempDir()
	host := &evaltest.Host{}
	e := host.Evaluator()
	e.Loader = eval.Dir(dir)
	e.Rotators["age"] = ageing{host, 150}
	makeTree(t, dir, map[string]string{
		"p/l.yaml": "values: {login: {fn::open::echo: {x: 1}}}\n", "one.yaml": fmt.Sprintf(aged, 90), "a/two.yaml": fmt.Sprintf(aged, 91), "three.yaml": "values: {}",
	})
	long := time.Unix(1e9, 0)
	files := []string{"p/l.yaml", "one.yaml", "a/two.yaml", "three.yaml", "a", "."}
	for _, file := range files {
		if err := os.Chtimes(filepath.Join(dir, file), long, long); err != nil {
			t.Fatal(err)
		}
	}
	names, err := e.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		for rotation, err := range e.RotateAll(t.Context(), names, due(0)) {
			if err != nil || len(rotation.Environment.Diagnostics) > 0 {
				t.Errorf("%s: %v", rotation.Environment.Name, err)
			}
		}
	}
	for _, file := range files {
		if info, err := os.Stat(filepath.Join(dir, file)); err != nil || !info.ModTime().Equal(long) {
			t.Errorf("%s was written: %v", file, err)
		}
	}
	if calls := host.Calls(); len(calls) > 0 {
		t.Errorf("called %v", calls)
	}
}
