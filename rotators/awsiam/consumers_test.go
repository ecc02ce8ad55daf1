package awsiam

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/providers/awsclient"
	"github.com/escapement-go/escapement/providers/awstest"
	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/schema"
)

// A consumer is a program that opens the environment every hour and uses what it found until it opens it again. If AWS
// refuses the current key, it falls back to the previous one.
type consumer struct {
	keys          []aws.Credentials // the current one first
	calls, failed int
	fallbacks     int
}

func (c *consumer) open(t *testing.T, w *world) {
	t.Helper()
	out, err := new(Rotator).Open(t.Context(), &rotators.Request{Request: providers.Request{Inputs: w.inputs}, State: w.doc.State()})
	if err != nil {
		t.Fatal(err)
	}
	c.keys = nil
	for _, role := range []string{"current", "previous"} {
		if key, ok := out.(map[string]any)[role].(map[string]any); ok {
			c.keys = append(c.keys, aws.Credentials{
				AccessKeyID: key["accessKeyId"].(string), SecretAccessKey: key["secretAccessKey"].(schema.Secret).Reveal(),
			})
		}
	}
}

func (c *consumer) use(t *testing.T, w *world) {
	t.Helper()
	c.calls++
	for i, key := range c.keys {
		if _, err := w.sim.STS(key).GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{}); err == nil {
			if i > 0 {
				c.fallbacks++
			}
			return
		}
	}
	c.failed++
}

// TestConsumers has keys rotated on schedule for ten years, with new keys that take up to a minute to be known and are then
// refused now and then for some minutes, while consumers open the environment every hour, each at a minute of its own, and
// use it in between and during every rotation.
func TestConsumers(t *testing.T) {
	years := 10
	if testing.Short() {
		years = 1
	}
	random := rand.New(rand.NewPCG(3, 4))
	var total consumer
	rotations := 0
	for range years {
		rotations += consume(t, random, &total)
	}
	t.Logf("consumers: %d years, %d rotations, %d calls, %d with the previous key, %d failed",
		years, rotations, total.calls, total.fallbacks, total.failed)
	if total.failed > 0 || rotations < 11*years || total.fallbacks == 0 {
		t.Error("a consumer was cut off, or nothing was tried")
	}
}

// consumers open the environment one after the other.
type consumers []consumer

func (all consumers) use(t *testing.T, w *world) {
	t.Helper()
	for i := range all {
		all[i].use(t, w)
	}
}

// live lets a day pass.
func (all consumers) live(t *testing.T, w *world) {
	t.Helper()
	for range 24 {
		for i := range all {
			w.sim.Advance(20 * time.Minute)
			all[i].open(t, w)
		}
		all.use(t, w)
	}
}

// change lets half an hour pass in which some have the new key and some the old one.
func (all consumers) change(t *testing.T, w *world) {
	t.Helper()
	for i := range all {
		all.use(t, w)
		all[i].open(t, w)
		for range 10 {
			w.sim.Advance(time.Minute)
			all.use(t, w)
		}
	}
}

// consumed is a world in which calls of consumers are no faults of the rotator.
func consumed() *world {
	s := start{number: 98, document: "C", account: "C", keys: []startKey{{"C", 0, "Active"}}, state: func() map[string]any {
		return map[string]any{"current": credentialOf("C", 0), "ledger": map[string]any{"promotedAt": ago(0)}}
	}}
	w := newWorld(s, variant{inputs: map[string]any{"rotateAfter": "30d", "deleteAfter": "40d"}})
	report := w.watch.Report
	w.watch.Report = func(v awstest.Violation) {
		if v.Rule != "I5" || !strings.HasPrefix(v.Text, "GetCallerIdentity ") {
			report(v)
		}
	}
	return w
}

// consume rotates for a year of simulated time, and returns how often.
func consume(t *testing.T, random *rand.Rand, total *consumer) (rotations int) {
	t.Helper()
	w, all := consumed(), make(consumers, 3)
	for i := range all {
		all[i].open(t, w)
	}
	rotating := false
	w.sim.Before(func(awstest.Call) {
		if rotating {
			rotating = false
			all.use(t, w)
			rotating = true
		}
	})
	for day := range 365 {
		all.live(t, w)
		w.sim.SetConsistency(awstest.Consistency{
			Propagation: time.Duration(random.IntN(61)) * time.Second, Flapping: 5 * time.Minute, FlappingEvery: 7,
		})
		rotating = true
		a := w.attempt()
		a.due = true
		a.perform()
		rotating = false
		switch a.end() {
		case "rotated", "rolled-forward":
			rotations++
			all.change(t, w)
		case "not-proven": // AWS takes its time; the run of the next day goes on with the same key
		default:
			if a.err != nil {
				t.Fatalf("day %d: %v", day, a.err)
			}
		}
	}
	for _, c := range all {
		total.calls, total.failed, total.fallbacks = total.calls+c.calls, total.failed+c.failed, total.fallbacks+c.fallbacks
	}
	for _, v := range w.violations {
		t.Error(v)
	}
	return rotations
}

// read has the program use what the secret holds now.
func (c *consumer) read(t *testing.T, w *world) {
	t.Helper()
	out, err := w.sim.SecretsManager(w.sim.Credentials("earlier")).GetSecretValue(t.Context(), &secretsmanager.GetSecretValueInput{SecretId: aws.String(theSecret)})
	if err != nil {
		t.Fatal(err)
	}
	s, err := parseState(map[string]any{"current": valueOf(t, *out.SecretString)})
	if err != nil {
		t.Fatal(err)
	}
	c.keys = []aws.Credentials{awsclient.Login{AccessKeyID: s.current.id, SecretAccessKey: s.current.secret}.Credentials()}
}

// Programs that know only the secret are never cut off, though the secret cannot be written for weeks, for two years.
func TestReaders(t *testing.T) {
	t.Parallel()
	days := 2 * 365
	if testing.Short() {
		days = 200
	}
	random := rand.New(rand.NewPCG(5, 6))
	w := newWorld(publishStart(32), variant{inputs: map[string]any{"rotateAfter": "30d", "deactivateAfter": "31d", "deleteAfter": "32d"}})
	var reader consumer
	reader.read(t, w)
	rotations, refused, outage := 0, 0, 0
	for day := range days {
		for range 24 {
			w.sim.Advance(hour)
			reader.use(t, w)
			reader.read(t, w)
		}
		if outage--; outage < 0 {
			w.sim.ClearScript()
			if random.IntN(40) == 0 {
				outage = random.IntN(60)
				w.sim.Script(awstest.Rule{Action: "PutSecretValue", Outcome: []awstest.Outcome{
					awstest.Fail("ResourceNotFoundException", 0), awstest.Dropped(), awstest.Dropped().Executed(), awstest.Throttled(),
				}[random.IntN(4)]})
			}
		}
		a := w.attempt()
		a.due = true
		switch a.perform(); a.end() {
		case "rotated", "publish-failed":
			rotations++
		case "unpublished":
			refused++
		case "nothing-due":
		default:
			t.Fatalf("day %d: %v", day, a.err)
		}
	}
	fmt.Printf("consumers: of a secret, %d days, %d rotations, %d runs that waited for the secret, %d calls, %d failed\n",
		days, rotations, refused, reader.calls, reader.failed)
	if reader.failed > 0 || rotations < days/100 || refused == 0 || reader.calls < days*20 {
		t.Error("a consumer was cut off, or nothing was tried")
	}
	w.sound(t)
}
