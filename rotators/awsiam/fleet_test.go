package awsiam

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/eval/evaltest"
	"github.com/escapement-go/escapement/providers/awsclient"
	"github.com/escapement-go/escapement/providers/awstest"
	"github.com/escapement-go/escapement/rotators"
)

// A fleet is an account with many users, and an environment for the keys of each. It lives in a bubble of synctest, so that
// runs that wait at the same time do.
type fleet struct {
	*testing.T
	sim   *awstest.Simulator
	host  *evaltest.Host
	eval  *eval.Evaluator
	names []string
	pacer *awsclient.Pacer

	mu      sync.Mutex
	docs    map[string]*awstest.Document // by ARN of the user: what is in the environments
	watches map[string]*awstest.Watch
	runs    int
	done    map[string]int       // events by kind
	next    map[string]time.Time // when something is due in an environment
}

const fleetDocument = `values:
  keys:
    fn::rotate::aws-iam:
      inputs:
        login: {accessKeyId: %s, secretAccessKey: {fn::secret: %s}}
        userArn: %s
        rotateAfter: 90d
        deactivateAfter: 100d
        deleteAfter: 110d
      state:
        current: {accessKeyId: %s, secretAccessKey: {fn::secret: %s}, createdAt: "%s"}
`

// newFleet makes keys that are so old, and documents that were written by hand, so that they are to be adopted.
func newFleet(t *testing.T, n int, throttle awstest.Throttle, watched bool, age func(n int) time.Duration) *fleet {
	users := []awstest.User{{Name: "admin", Keys: []awstest.Key{{}}}}
	now := time.Now()
	for i := range n {
		users = append(users, awstest.User{Name: fmt.Sprintf("user%04d", i), Keys: []awstest.Key{{CreatedAt: now.Add(-age(i)).Truncate(time.Second)}}})
	}
	sim, err := awstest.Simulate(awstest.Options{Clock: awstest.RealTime(1), Users: users, Throttle: throttle})
	if err != nil {
		t.Fatal(err)
	}
	f := &fleet{
		T: t, sim: sim, host: &evaltest.Host{Files: map[string]string{}}, docs: map[string]*awstest.Document{},
		watches: map[string]*awstest.Watch{}, pacer: &awsclient.Pacer{}, done: map[string]int{}, next: map[string]time.Time{},
	}
	login := sim.Credentials("admin")
	for i := range n {
		user := users[i+1].Name
		key, arn, name := sim.Keys(user)[0], sim.UserARN(user), fmt.Sprintf("team%02d/app%04d", i%16, i)
		f.host.Files[name] = fmt.Sprintf(fleetDocument, login.AccessKeyID, login.SecretAccessKey, arn,
			key.ID, sim.Credentials(user).SecretAccessKey, key.CreatedAt.Format(time.RFC3339))
		f.names = append(f.names, name)
		if watched {
			f.docs[arn] = awstest.NewDocument(map[string]any{"current": map[string]any{"accessKeyId": key.ID}})
			f.watches[arn] = sim.Watch(f.docs[arn])
			f.watches[arn].Only()
			f.watches[arn].Report = func(v awstest.Violation) { t.Errorf("%s: %s", arn, v.Text) }
		}
	}
	f.eval = f.host.Evaluator()
	f.eval.Rotators["aws-iam"] = watchedRotator{&Rotator{}, f}
	return f
}

// A watchedRotator gives each run clients of its own, without HTTP, and has the invariants of its document asserted.
type watchedRotator struct {
	*Rotator
	fleet *fleet
}

func (w watchedRotator) Maintain(ctx context.Context, req *rotators.Request, save func(context.Context, any) error) error {
	f := w.fleet
	run := f.sim.NewRun()
	arn := req.Inputs["userArn"].(string)
	if watch := f.watches[arn]; watch != nil {
		watch.Only(run)
		_, mirror := f.docs[arn].Begin()
		stored := save
		save = run.Save(func(ctx context.Context, state any) error {
			if err := stored(ctx, state); err != nil {
				return err
			}
			return mirror(ctx, state)
		})
	}
	_, err := awstest.RunToCrash(run, func() error {
		return (&Rotator{dialer: simDialer{run}, shared: f.pacer}).Maintain(ctx, req, save)
	})
	f.mu.Lock()
	defer f.mu.Unlock()
	f.runs++
	return err
}

// round does what is due in the environments of the names, and returns how many failed.
func (f *fleet) round(names []string, concurrency int) (failed int) {
	opts := eval.RotateAllOptions{Due: true, Concurrency: concurrency, Report: func(_, _ string, event rotators.Event) { f.done[event.Kind]++ }}
	for rotation, err := range f.eval.RotateAll(f.Context(), names, opts) {
		if err != nil {
			if failed++; failed == 1 {
				f.Logf("%s: %v", rotation.Environment.Name, err)
			}
		}
		for _, r := range rotation.Results {
			f.next[rotation.Environment.Name] = r.Next
		}
	}
	return failed
}

// due returns the environments in which something is due.
func (f *fleet) due() (names []string) {
	for _, name := range f.names {
		if at := f.next[name]; !at.After(time.Now()) {
			names = append(names, name)
		}
	}
	return names
}

func (f *fleet) saves() (n int) {
	for call, count := range f.host.Calls() {
		if strings.HasPrefix(call, "save ") {
			n += count
		}
	}
	return n
}

// A year of daily runs over many environments: every key is rotated, deactivated and deleted at its age, and no invariant
// is violated. Once a month a run looks at those in which nothing is due, too: there it calls nothing and saves nothing.
func TestFleetYear(t *testing.T) {
	n := 100
	if *full {
		n = 1000
	}
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(t, n, awstest.Throttle{}, true, func(i int) time.Duration { return time.Duration(i*90/n) * day })
		idle := 0
		for d := range 365 {
			time.Sleep(day)
			due, runs, calls, saves := f.due(), f.runs, len(f.sim.Calls()), f.saves()
			if failed := f.round(due, 0); failed > 0 || f.runs-runs != len(due) {
				t.Fatalf("%d of %d environments failed, in %d runs", failed, len(due), f.runs-runs)
			}
			if len(due) > 0 && (len(f.sim.Calls()) == calls || f.saves() == saves) {
				t.Error("something was due, and nothing was done")
			}
			if d%30 == 0 {
				runs, calls, saves = f.runs, len(f.sim.Calls()), f.saves()
				if failed := f.round(f.names, 0); failed > 0 || f.runs != runs || len(f.sim.Calls()) != calls || f.saves() != saves {
					t.Fatalf("nothing was due; %d failed, %d runs", failed, f.runs-runs)
				}
				idle += n
			}
		}
		assertions := 0
		for _, w := range f.watches {
			for _, count := range w.Assertions() {
				assertions += count
			}
			for _, v := range w.Violations() {
				t.Error(v.Text)
			}
		}
		for _, name := range f.names {
			user := "user" + name[len(name)-4:]
			for _, k := range f.sim.Keys(user) {
				if age := time.Since(k.CreatedAt); age > 111*day {
					t.Errorf("%s of %s is %v old", k.ID, user, age)
				}
			}
		}
		fmt.Printf("fleet of %d, a year of daily runs: %d rotated, %d deactivated, %d deleted, %d adopted; %d runs, %d calls, %d saves; %d times nothing was due and nothing done; %d assertions, 0 violations\n",
			n, f.done["rotated"], f.done["deactivated"], f.done["deleted"], f.done["adopted"], f.runs, len(f.sim.Calls()), f.saves(), idle, assertions)
		if f.done["rotated"] < 4*n || f.done["deactivated"] < 3*n || f.done["deleted"] < 3*n {
			t.Errorf("too little was done: %v", f.done)
		}
	})
}

// Everything is due at once, and IAM lets the account ask only so often. The runs slow one another down, so that hardly one
// fails, and what failed is done by the next round.
func TestFleetThrottled(t *testing.T) {
	n := 200
	if *full {
		n = 1000
	}
	for _, test := range []struct {
		concurrency int
		throttle    awstest.Throttle
	}{{4, awstest.Throttle{Rate: 10, Burst: 20}}, {16, awstest.Throttle{Rate: 10, Burst: 20}}, {64, awstest.Throttle{Rate: 10, Burst: 20}},
		{4, awstest.Throttle{Rate: 2, Burst: 4}}, {16, awstest.Throttle{Rate: 3, Burst: 1}}} {
		synctest.Test(t, func(t *testing.T) {
			f := newFleet(t, n, test.throttle, true, func(int) time.Duration { return 95 * day })
			begin := time.Now()
			var failures []int
			for len(failures) < 3 && f.done["rotated"] < n {
				failed := f.round(f.names, test.concurrency)
				failures = append(failures, failed)
				time.Sleep(10 * time.Minute)
			}
			took := time.Since(begin) - time.Duration(len(failures))*10*time.Minute
			throttled := 0
			for _, c := range f.sim.Calls() {
				if c.Outcome == "Throttling" {
					throttled++
				}
			}
			fmt.Printf("fleet of %d, all due, %v calls/s, %d at a time: %d rotated, failed in each round %v, %.1f calls and saves per rotation, %d throttled, in %v\n",
				n, test.throttle.Rate, test.concurrency, f.done["rotated"], failures, float64(len(f.sim.Calls()))/float64(n), throttled, took.Round(time.Second))
			if f.done["rotated"] != n || failures[0] > n/20 {
				t.Error("too many failed")
			}
			for _, w := range f.watches {
				for _, v := range w.Violations() {
					t.Error(v.Text)
				}
			}
		})
	}
}

// What a thousand environments need of memory is not more than what a hundred need.
func TestFleetMemory(t *testing.T) {
	heap := func(n int) uint64 {
		host := &evaltest.Host{Files: map[string]string{}}
		for i := range n {
			host.Files[fmt.Sprintf("e%04d", i)] = fmt.Sprintf(fleetDocument, "AKIAIOSFODNN7EXAMPLE", "secret", "arn:aws:iam::123456789012:user/app",
				"AKIAIOSFODNN7EXAMPLX", "secret", time.Now().Format(time.RFC3339)+`"}
        ledger: {promotedAt: "`+time.Now().Format(time.RFC3339)) + strings.Repeat("# a comment of some length\n", 40)
		}
		e := host.Evaluator()
		e.Rotators["aws-iam"] = &Rotator{}
		var names []string
		for i := range n {
			names = append(names, fmt.Sprintf("e%04d", i))
		}
		var before, now runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		most, count := uint64(0), 0
		for rotation, err := range e.RotateAll(t.Context(), names, eval.RotateAllOptions{Due: true}) {
			if err != nil || len(rotation.Results) != 1 {
				t.Fatal(err)
			}
			if count++; count%(n/20) == 0 {
				runtime.GC()
				runtime.ReadMemStats(&now)
				most = max(most, now.HeapAlloc-min(now.HeapAlloc, before.HeapAlloc))
			}
		}
		return most
	}
	heap(100)
	small, large := heap(100), heap(1000)
	fmt.Printf("fleet: heap of 100 environments %d KB, of 1000 %d KB, %.2f times\n", small>>10, large>>10, float64(large)/float64(small))
	if large > 3*small {
		t.Error("that grows")
	}
}
