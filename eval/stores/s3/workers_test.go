package s3_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/eval/stores/s3"
	"github.com/escapement-go/escapement/providers/awstest"
	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/rotators/awsiam"
)

// Two workers, who share nothing but the bucket, rotate the keys of one user again and again at the same moment, while the
// requests of one of them meet faults: at every moment the current key of the document works, nobody else's key is
// touched, and at the end there is no key that the document does not name.
func TestWorkers(t *testing.T) {
	const rounds = 40
	for _, faulty := range []bool{false, true} {
		t.Run(fmt.Sprintf("faults %t", faulty), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFake(false)
				p := &proxy{server: f}
				store := func(h http.Handler) *s3.Store {
					s := &s3.Store{Bucket: bucket, Region: region, Credentials: credentials, Endpoint: "http://s3.invalid", Transport: wire{h}}
					return s.Hasty()
				}
				o := newOffice(t, store(f), store(p), store(f))
				defer o.sim.Close()
				chances := rand.New(rand.NewPCG(1, 2))
				won, lost, met := 0, map[string]int{}, 0
				for range rounds {
					if faulty {
						faults := map[int]outcome{}
						for range 4 {
							faults[1+chances.IntN(12)] = outcomes()[chances.IntN(len(outcomes()))]
						}
						p.plant(faults, nil)
					}
					for _, err := range o.rotate() {
						if err == nil {
							won++
						} else {
							lost[codeOf(err)]++
						}
					}
					met += p.plant(nil, nil)
					o.check()
					time.Sleep(time.Hour)
				}
				o.settle()
				t.Logf("%d rotations, %d succeeded, %d faults met, the others: %v", 2*rounds, won, met, lost)
				if won < rounds/2 {
					t.Errorf("only %d rotations succeeded", won)
				}
			})
		})
	}
}

// The same at a real server, by the clock on the wall.
func TestWorkersAtMinIO(t *testing.T) {
	address := startMinIO(t)
	client := ownerOf(address)
	makeBucket(t, client, false)
	store := func() *s3.Store { return storeAt("http://"+address, "workers/") }
	o := newOffice(t, store(), store(), store())
	defer o.sim.Close()
	for range 2 {
		won := 0
		for _, err := range o.rotate() {
			if err == nil {
				won++
			}
		}
		if o.check(); won == 0 {
			t.Error("nobody has rotated")
		}
	}
}

// An office has workers who rotate the keys of one user of a simulated account.
type office struct {
	t       *testing.T
	sim     *awstest.Simulator
	owner   *eval.Evaluator
	workers []*eval.Evaluator
}

func newOffice(t *testing.T, owner *s3.Store, stores ...*s3.Store) *office {
	t.Helper()
	sim, err := awstest.Simulate(awstest.Options{
		Clock: awstest.RealTime(1), Users: []awstest.User{{Name: "admin", Keys: []awstest.Key{{}}}, {Name: "app"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	key, err := eval.NewKey("")
	if err != nil {
		t.Fatal(err)
	}
	login := sim.Credentials("admin")
	document := fmt.Sprintf("values:\n  app:\n    fn::rotate::aws-iam:\n      inputs: {login: {accessKeyId: %s, secretAccessKey: {fn::secret: %q}}, userArn: '%s'}\n",
		login.AccessKeyID, login.SecretAccessKey, sim.UserARN("app"))
	if err := owner.Create(t.Context(), "app", []byte(document)); err != nil {
		t.Fatal(err)
	}
	o := &office{t: t, sim: sim}
	evaluator := func(s *s3.Store) *eval.Evaluator {
		return &eval.Evaluator{
			Loader: s, Crypter: eval.KeyRing{key},
			Rotators: map[string]rotators.Rotator{"aws-iam": &awsiam.Rotator{Transport: wire{sim}}},
		}
	}
	o.owner = evaluator(owner)
	for _, s := range stores {
		o.workers = append(o.workers, evaluator(s))
	}
	return o
}

// rotate has all workers rotate at once.
func (o *office) rotate() []error {
	errs := make([]error, len(o.workers))
	var all sync.WaitGroup
	for i, w := range o.workers {
		all.Go(func() {
			_, errs[i] = w.Rotate(context.WithoutCancel(o.t.Context()), "app", eval.RotateOptions{Force: true})
		})
	}
	all.Wait()
	return errs
}

// check checks that the current key works, if there is one.
func (o *office) check() {
	o.t.Helper()
	id, secret := o.key("current")
	if id == "" {
		return
	}
	if key, found := o.sim.Key(id); !found || key.Secret != secret || key.Status != "Active" {
		o.t.Errorf("the current key %s of the document does not work", id)
	}
}

// key returns a key of the document; "" if there is none.
func (o *office) key(which string) (id, secret string) {
	env, err := o.owner.Open(context.WithoutCancel(o.t.Context()), "app")
	if err != nil {
		return "", "" // not rotated yet
	}
	for path, to := range map[string]*string{"accessKeyId": &id, "secretAccessKey": &secret} {
		if value, found := env.Values.Lookup("app." + which + "." + path); found {
			text, err := value.Reveal()
			if err != nil {
				o.t.Fatal(err)
			}
			*to = text.(string)
		}
	}
	return id, secret
}

// settle rotates without rivals and faults, and compares the keys of the account with those of the document.
func (o *office) settle() {
	o.t.Helper()
	for range 3 {
		if _, err := o.owner.Rotate(context.WithoutCancel(o.t.Context()), "app", eval.RotateOptions{Force: true}); err != nil {
			o.t.Logf("while it is settled: %v", err)
		}
		time.Sleep(48 * time.Hour)
	}
	current, _ := o.key("current")
	previous, _ := o.key("previous")
	for _, key := range o.sim.Keys("app") {
		if key.ID != current && key.ID != previous {
			o.t.Errorf("the document does not name the key %s", key.ID)
		}
	}
	if o.check(); current == "" || previous == "" {
		o.t.Errorf("the keys are %q and %q", current, previous)
	}
}

// codeOf returns the codes of an error of a rotation.
func codeOf(err error) string {
	diagnostics, ok := err.(eval.Diagnostics)
	if !ok {
		return err.Error()
	}
	var codes []string
	for _, d := range diagnostics {
		codes = append(codes, d.Code)
	}
	return strings.Join(codes, ",")
}
