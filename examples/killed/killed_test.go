//go:build unix

// Package killed is a test alone: it rotates keys by everything that a program has, in processes that are killed.
//
//	go test ./examples/killed -v -rounds 1000
package killed

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/providers/awstest"
	"github.com/escapement-go/escapement/schema"
)

var (
	rounds = flag.Int("rounds", 50, "how many processes to kill while they rotate")
	seed   = flag.Uint64("seed", 1, "what decides when they die")
)

const environment = "app"

// document is the environment before the first rotation; the rotation adds the state of the call and nothing else.
const (
	head = `# Keys of the app.   Odd spacing stays.
values:
  note:   "é and   blanks"   # and so do comments
  keys:
    fn::rotate::aws-iam:
      inputs:
        userArn: %s
        login: {accessKeyId: %s,   secretAccessKey: {fn::secret: %s}}
`
	tail = "  after: [1,   2]\n# the end, without a last line break"
)

// A stage is the account, the file, and what has happened so far.
type stage struct {
	*testing.T
	sim        *awstest.Simulator
	draw       *rand.Rand
	dir, key   string
	keys       eval.KeyRing
	head       string // of the file, encrypted
	published  bool   // a current key has been in the file
	at         victim
	killed     int            // processes
	died       map[string]int // by the call before
	ends       map[string]int // of processes that lived
	recoveries int            // the most runs that it took to rotate again
}

func newStage(t *testing.T) *stage {
	sim := awstest.New(t, awstest.Options{
		Seed:        *seed,
		Users:       []awstest.User{{Name: "admin", Keys: []awstest.Key{{}}}, {Name: "app"}},
		Consistency: awstest.Consistency{Propagation: time.Second, ListLag: 30 * time.Second},
	})
	sim.Advance(time.Hour)
	s := &stage{
		T: t, sim: sim, draw: rand.New(rand.NewPCG(*seed, 84)), dir: t.TempDir(), key: filepath.Join(t.TempDir(), "key"),
		died: map[string]int{}, ends: map[string]int{},
	}
	sim.After(s.at.called)
	sim.After(func(awstest.Call) { sim.Advance(300 * time.Millisecond) })
	key, err := eval.NewKey("")
	s.must(err)
	s.keys = eval.KeyRing{key}
	s.must(eval.WriteKeyFile(s.key, s.keys))
	login := sim.Credentials("admin")
	s.head = fmt.Sprintf(head, sim.UserARN("app"), login.AccessKeyID, login.SecretAccessKey)
	doc, err := eval.Parse(environment, []byte(s.head+tail))
	s.must(err)
	doc, err = doc.Encrypt(t.Context(), s.keys)
	s.must(err)
	s.head = strings.TrimSuffix(string(doc.Bytes()), tail)
	s.must(os.WriteFile(s.file(), doc.Bytes(), 0o600))
	return s
}

func (s *stage) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

func (s *stage) file() string { return filepath.Join(s.dir, environment+".yaml") }

// TestKilled kills processes that rotate, at random moments. After each one the file is well-formed, unchanged but for the
// state, and its current key works. Whenever processes may live, they come back to two keys, both of which the file has.
func TestKilled(t *testing.T) {
	s := newStage(t)
	for range *rounds {
		s.kill(s.randomMoment())
		s.check()
		s.sim.Advance([]time.Duration{time.Minute, 6 * time.Minute, 15 * time.Minute, 25 * time.Hour}[s.draw.IntN(4)])
		if s.draw.IntN(3) == 0 {
			s.settle()
			s.sim.Advance(15 * time.Minute)
		}
	}
	s.settle()
	made := 0
	for _, c := range s.sim.Calls() {
		if c.Action == "CreateAccessKey" && c.Executed {
			made++
		}
	}
	t.Logf("%d rounds: %d processes killed after %v, %v at the end of others; %d calls, %d keys made, 0 lost; at most %d runs to recover",
		*rounds, s.killed, s.died, s.ends, len(s.sim.Calls()), made, s.recoveries)
	if s.killed < *rounds/4 || *rounds >= 50 && len(s.died) < 5 {
		t.Error("too few died, or all of them at the same moments")
	}
}

// TestKilledAtEachStep kills a process at each step of a rotation of no key, of one key, and of two: at each call and on both
// sides of each save. Steps beyond its end are not reached.
func TestKilledAtEachStep(t *testing.T) {
	steps := map[int]int{}
	for _, rotations := range []int{0, 1, 2} {
		var moments []moment
		for n := range 16 {
			moments = append(moments, moment{calls: n + 1})
		}
		for n := range 4 {
			moments = append(moments, moment{save: fmt.Sprint("before ", n+1)}, moment{save: fmt.Sprint("after ", n+1)})
		}
		for _, m := range moments {
			s := newStage(t)
			for range rotations {
				s.settle()
			}
			s.sim.Advance(15 * time.Minute)
			if s.kill(m) {
				steps[rotations]++
			}
			s.check()
			s.settle()
		}
	}
	t.Logf("processes killed, each at another step: %d of a first rotation, %d of a second one, %d of a third one", steps[0], steps[1], steps[2])
	if steps[0] < 10 || steps[1] < 14 || steps[2] < 16 {
		t.Error("these are too few")
	}
}

// settle lets processes live until one has rotated, and checks that every key is known.
func (s *stage) settle() {
	s.sim.Advance(15 * time.Minute)
	for run := 1; ; run++ {
		end := s.live()
		s.check()
		if s.recoveries = max(s.recoveries, run); end == "rotated" || end == "rolled-forward" {
			break
		}
		if run == 4 {
			s.Fatalf("no rotation in %d runs; the last one ended with %s\n%s", run, end, s.sim.Trace())
		}
		s.sim.Advance(25 * time.Hour)
	}
	if left, err := os.ReadDir(s.dir); err != nil || len(left) != 1 {
		s.Errorf("there are %v besides the file (%v)", left, err)
	}
	current, previous := s.open()
	for _, k := range s.sim.Keys("app") {
		if k.Status == "Active" && k.ID != current.AccessKeyID && k.ID != previous.AccessKeyID {
			s.Errorf("%s is alive, and the file has %s and %s\n%s", k.ID, current.AccessKeyID, previous.AccessKeyID, s.sim.Trace())
		}
	}
}

// check looks at the file, and tries the current key.
func (s *stage) check() {
	s.Helper()
	text, err := os.ReadFile(s.file())
	s.must(err)
	state, beginsSo := strings.CutPrefix(string(text), s.head)
	state, endsSo := strings.CutSuffix(state, tail)
	if !beginsSo || !endsSo || state != "" && !strings.HasPrefix(state, "      state:") {
		s.Fatalf("the file is changed outside of the state:\n%s", text)
	}
	for line := range strings.Lines(state) {
		if !strings.HasPrefix(line, "      state:") && !strings.HasPrefix(line, "        ") {
			s.Fatalf("%q is not part of the state:\n%s", line, text)
		}
	}
	if slices.ContainsFunc(s.sim.Secrets(), func(secret string) bool { return strings.Contains(string(text), secret) }) {
		s.Fatal("the file holds a secret in plain text")
	}
	if _, err := evaluator(s.dir, "", s.keys).Check(s.Context(), environment); err != nil {
		s.Fatalf("%v\n%s", err, text)
	}
	current, _ := s.open()
	if current.AccessKeyID == "" {
		return
	}
	if _, err := s.sim.STS(current).GetCallerIdentity(context.Background(), &sts.GetCallerIdentityInput{}); err != nil {
		s.Errorf("the current key does not work: %v\n%s", err, s.sim.Trace())
	}
}

// open returns the keys of the file, empty ones before there are any.
func (s *stage) open() (current, previous aws.Credentials) {
	env, err := evaluator(s.dir, "", s.keys).Open(s.Context(), environment, "keys")
	if err != nil {
		if s.published {
			s.Errorf("the file cannot be opened: %v", err)
		}
		return current, previous
	}
	s.published = true
	read := func(role string) (c aws.Credentials) {
		id, _ := env.Values.Lookup("keys." + role + ".accessKeyId")
		secret, _ := env.Values.Lookup("keys." + role + ".secretAccessKey")
		c.AccessKeyID, _ = id.Plain().(string)
		if secret, ok := secret.Plain().(schema.Secret); ok {
			c.SecretAccessKey = secret.Reveal()
		}
		return c
	}
	return read("current"), read("previous")
}
