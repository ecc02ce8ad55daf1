package s3_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/eval/stores/s3"
	"github.com/escapement-go/escapement/providers/awstest"
	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/rotators/awsiam"
	"github.com/escapement-go/escapement/rotators/awspassword"
)

// Two workers, who share nothing but the bucket, rotate the key and the password of one user again and again at the same moment, while the
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
				lost, met := map[string]int{}, 0
				for range rounds {
					if faulty {
						faults := map[int]outcome{}
						for range 4 {
							faults[1+chances.IntN(12)] = outcomes()[chances.IntN(len(outcomes()))]
						}
						p.plant(faults, nil)
					}
					for _, err := range o.rotate() {
						if err != nil {
							lost[codeOf(err)]++
						}
					}
					met += p.plant(nil, nil)
					o.check()
					time.Sleep(time.Hour)
				}
				won := o.rotated.Load()
				o.settle()
				t.Logf("%d workers' rounds: %d keys and passwords rotated, %d faults met, errors: %v", 2*rounds, won, met, lost)
				if won < rounds {
					t.Errorf("only %d keys and passwords were rotated", won)
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
		before := o.rotated.Load()
		o.rotate()
		if o.check(); o.rotated.Load() == before {
			t.Error("nobody has rotated")
		}
	}
}

const (
	firstPassword  = "First-password-1"
	officeDocument = `values:
  login: {accessKeyId: %s, secretAccessKey: {fn::secret: %q}}
  app:
    fn::rotate::aws-iam:
      inputs: {login: "${login}", userArn: '%[3]s', publish: {secretId: app}}
  console:
    fn::rotate::aws-iam-password:
      inputs: {login: "${login}", userArn: '%[3]s'}
`
)

// An office has workers who rotate the keys and the password of one user of a simulated account.
type office struct {
	t       *testing.T
	sim     *awstest.Simulator
	owner   *eval.Evaluator
	workers []*eval.Evaluator
	rotated atomic.Int64 // keys and passwords
}

func newOffice(t *testing.T, owner *s3.Store, stores ...*s3.Store) *office {
	t.Helper()
	sim, err := awstest.Simulate(awstest.Options{
		Clock: awstest.RealTime(1), Users: []awstest.User{{Name: "admin", Keys: []awstest.Key{{}}}, {Name: "app", Password: firstPassword}},
		Secrets: []awstest.Secret{{Name: "app", Text: "{}"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	key, err := eval.NewKey("")
	if err != nil {
		t.Fatal(err)
	}
	login := sim.Credentials("admin")
	document := fmt.Sprintf(officeDocument, login.AccessKeyID, login.SecretAccessKey, sim.UserARN("app"))
	if err := owner.Create(t.Context(), "app", []byte(document)); err != nil {
		t.Fatal(err)
	}
	o := &office{t: t, sim: sim}
	evaluator := func(s *s3.Store) *eval.Evaluator {
		return &eval.Evaluator{
			Loader: s, Crypter: eval.KeyRing{key},
			Rotators: map[string]rotators.Rotator{
				"aws-iam": &awsiam.Rotator{Transport: wire{sim}}, "aws-iam-password": &awspassword.Rotator{Transport: wire{sim}},
			},
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
			var rotation *eval.Rotation
			rotation, errs[i] = w.Rotate(context.WithoutCancel(o.t.Context()), "app", eval.RotateOptions{Force: true})
			for _, r := range rotation.Results {
				if r.Status == eval.Succeeded {
					o.rotated.Add(1)
				}
			}
		})
	}
	all.Wait()
	return errs
}

// check checks that the current key works, if there is one, and that which the secret holds, and that the document has the
// password in force.
func (o *office) check() {
	o.t.Helper()
	if id, secret := o.key("current"); id != "" {
		if key, found := o.sim.Key(id); !found || key.Secret != secret || key.Status != "Active" {
			o.t.Errorf("the current key %s of the document does not work", id)
		}
	}
	if id := o.published(); id != "" {
		if key, found := o.sim.Key(id); !found || key.Deleted || key.Status != "Active" {
			o.t.Errorf("the key %s in the secret does not work", id)
		}
	}
	if inForce, _ := o.sim.PasswordInForce("app"); inForce != firstPassword && !strings.Contains(o.decrypted(), inForce) {
		o.t.Error("the document does not have the password in force")
	}
}

// published returns the id of the key that the secret holds; "" if it has none.
func (o *office) published() string {
	for _, version := range o.sim.SecretVersions("app") {
		if slices.Contains(version.Stages, "AWSCURRENT") {
			var key struct{ AccessKeyID string }
			if err := json.Unmarshal([]byte(version.Text), &key); err != nil {
				o.t.Error(err)
			}
			return key.AccessKeyID
		}
	}
	return ""
}

// decrypted returns the text of the document without encryption.
func (o *office) decrypted() string {
	ctx := context.WithoutCancel(o.t.Context())
	d, err := o.owner.Document(ctx, "app")
	if err == nil {
		d, err = d.Decrypt(ctx, o.owner.Crypter)
	}
	if err != nil {
		o.t.Fatal(err)
	}
	return string(d.Bytes())
}

// key returns a key of the document; "" if there is none.
func (o *office) key(which string) (id, secret string) {
	env, err := o.owner.Open(context.WithoutCancel(o.t.Context()), "app", "app")
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
	if held := o.published(); held != current {
		o.t.Errorf("the secret holds %s, and %s is current", held, current)
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
