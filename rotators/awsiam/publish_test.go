package awsiam

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/google/go-cmp/cmp"

	"github.com/escapement-go/escapement/providers/awsclient"
	"github.com/escapement-go/escapement/providers/awstest"
)

// publishStart returns a start of publishing by its number.
func publishStart(number int) start { return publishStarts[number-31] }

func (w *world) versions() (texts []string) {
	for _, v := range w.sim.SecretVersions(theSecret) {
		texts = append(texts, v.Text)
	}
	return texts
}

// A rotation that publishes calls this and nothing else.
func TestPublishOrder(t *testing.T) {
	look := []string{"GetCallerIdentity by login", "GetUser", "ListAccessKeys", "GetCallerIdentity by C"}
	rotation := []string{
		"GetAccessKeyLastUsed P", "Save", "DeleteAccessKey P", "CreateAccessKey", "Save",
		"GetCallerIdentity by new", "GetCallerIdentity by new", "GetCallerIdentity by new", "Save", "PutSecretValue", "Save",
	}
	for _, test := range []struct {
		start int
		end   string
		want  []string
	}{
		{33, "rotated", slices.Concat(look, rotation)},
		{35, "no-op", slices.Concat(look, []string{"PutSecretValue", "Save"})}, // who reads the secret may still use P
	} {
		w := newWorld(publishStart(test.start), variant{})
		a := w.attempt().perform().wantEnd(t, test.end)
		if diff := cmp.Diff(test.want, a.steps()); diff != "" || !a.reported("published") {
			t.Errorf("start %d (-want +got):\n%s", test.start, diff)
		}
		if w.holds() != w.currentID() {
			t.Errorf("start %d: the secret holds %s", test.start, w.holds())
		}
		w.sim.Advance(10*time.Minute - time.Second)
		w.attempt().perform().wantEnd(t, "no-op")
		w.sim.Advance(3 * time.Second)
		w.attempt().perform().wantEnd(t, "rotated")
		w.sound(t)
	}
}

// Who wants to rotate at once, because a key has leaked, does not wait for programs that read the secret.
func TestPublishForce(t *testing.T) {
	w := newWorld(publishStart(43), variant{})
	w.watch.Forced = true
	a := w.attempt()
	a.force = true
	a.perform().wantEnd(t, "rotated")
	if document, account := w.picture(); document != "current new, previous C" || account != "C new" {
		t.Errorf("%s; %s", document, account)
	}
	w.sound(t)
}

// What a run leaves that dies while it publishes, and what the next one makes of it.
func TestPublishCrashTable(t *testing.T) {
	lost := func(a *attempt) {
		a.sim.Script(awstest.Rule{Action: "PutSecretValue", Outcome: awstest.Dropped()})
		a.crashAt(afterPut)
	}
	refused := func(a *attempt) {
		a.sim.Script(awstest.Rule{Action: "PutSecretValue", Outcome: awstest.Fail("ResourceNotFoundException", 0)})
		a.crashAt(saveFailure)
	}
	for _, test := range []struct {
		name        string
		play        func(a *attempt)
		told, noted bool   // the secret, the document
		end         string // of the next run
	}{
		{"SAVE C", func(a *attempt) { a.crashAt(saveC) }, false, false, "no-op"},
		{"PUT, not executed", lost, false, false, "no-op"},
		{"PUT, executed", func(a *attempt) { a.crashAt(afterPut) }, true, false, "no-op"},
		{"SAVE D, not written", func(a *attempt) { a.crashSave(saveD, awstest.SaveCrashBefore) }, true, false, "no-op"},
		{"SAVE D, written", func(a *attempt) { a.crashAt(saveD) }, true, true, "rotated"},
		{"refusal", refused, false, false, "no-op"},
	} {
		w := newWorld(publishStart(33), variant{})
		a := w.attempt()
		test.play(a)
		a.perform().wantEnd(t, "crashed")
		w.sim.ClearScript()
		w.doc.ClearScript()
		l := readState(w.doc.State()).ledger
		told, noted := w.holds() == w.currentID(), l.published.id == w.currentID()
		if told != test.told || noted != test.noted || (l.publishFailed != nil) != (test.name == "refusal") {
			t.Errorf("%s: told %v, noted %v, failure %v", test.name, told, noted, l.publishFailed)
		}
		versions := len(w.versions())
		w.sim.Advance(hour)
		next := w.attempt().perform().wantEnd(t, test.end)
		if test.end == "no-op" && (!next.reported("published") || told && len(w.versions()) != versions) {
			t.Errorf("%s: the next run has %v", test.name, next.events)
		}
		if w.holds() != w.currentID() {
			t.Errorf("%s: the secret holds %s", test.name, w.holds())
		}
		w.sound(t)
	}
}

// What is published is an object of three members, and always the same for a key.
func TestPublishedValue(t *testing.T) {
	w := newWorld(publishStart(31), variant{})
	w.attempt().perform().wantEnd(t, "rotated")
	k := w.sim.Keys("app")[0]
	last := w.sim.SecretVersions(theSecret)[1]
	want := fmt.Sprintf(`{"accessKeyId":%q,"secretAccessKey":%q,"createdAt":"2026-01-01T00:00:00Z"}`, k.ID, k.Secret)
	if last.Text != want || !regexp.MustCompile(`^[0-9a-f]{64}$`).MatchString(last.ID) {
		t.Errorf("got %s with %s", last.Text, last.ID)
	}
	w.doc.Edit(func(state map[string]any) map[string]any {
		delete(state["ledger"].(map[string]any), "published")
		delete(state["current"].(map[string]any), "createdAt") // AWS knows it
		return state
	})
	a := w.attempt()
	a.due = true
	if a.perform().wantEnd(t, "nothing-due"); !a.reported("published") || len(w.versions()) != 2 {
		t.Errorf("the same key was published as another version: %q", w.versions())
	}
	w.sound(t)
}

// A run that was frozen before it published its key does not bring it back over a newer one.
func TestLatePublication(t *testing.T) {
	w := newWorld(publishStart(33), variant{})
	late := w.attempt()
	late.before(afterPut, func() {
		for _, end := range []string{"no-op", "rotated", "rotated"} { // the first one publishes that very key
			w.sim.Advance(hour)
			w.attempt().perform().wantEnd(t, end)
		}
	}).perform().wantEnd(t, "publish-failed")
	if !strings.Contains(fmt.Sprint(late.err), "is not the current one") || w.holds() != w.currentID() {
		t.Errorf("the secret holds %s and %s is current: %v", w.holds(), w.currentID(), late.err)
	}
	w.sound(t)
}

// If a human ends that very key meanwhile, it is: nobody remembers that a request may be on its way. The run says so, and
// the next rotation mends it. This is a known limit.
func TestLatePublicationOfDeadKey(t *testing.T) {
	w := newWorld(publishStart(33), variant{})
	w.watch.Report = func(v awstest.Violation) { w.limit = w.limit || v.Rule == "I12" }
	late := w.attempt()
	late.before(afterPut, func() {
		w.sim.RemoveKey(w.currentID())
		w.sim.Advance(hour)
		w.attempt().perform().wantEnd(t, "rotated")
	}).perform().wantEnd(t, "save-conflict")
	if !w.limit || w.holds() == w.currentID() {
		t.Error("the limit is none any more; say so in the documentation")
	}
	w.sim.Advance(hour)
	w.attempt().perform().wantEnd(t, "rotated")
	if w.holds() != w.currentID() {
		t.Error("the next rotation does not mend it")
	}
}

// While a key cannot be published, nothing is made or retired, and that is noted once.
func TestUnpublished(t *testing.T) {
	refuse := awstest.Rule{Action: "PutSecretValue", Outcome: awstest.Fail("ResourceNotFoundException", 0)}
	w := newWorld(publishStart(35), variant{inputs: map[string]any{"deleteAfter": "2h"}})
	w.sim.Script(refuse)
	a := w.attempt().perform().wantEnd(t, "unpublished")
	if a.writes() != 2 { // the request and the note
		t.Errorf("%v", a.steps())
	}
	for _, force := range []bool{false, true} {
		w.sim.Advance(100 * hour)
		b := w.attempt()
		b.force = force
		if b.perform().wantEnd(t, "unpublished"); b.writes() != 1 {
			t.Errorf("force %v: %v", force, b.steps())
		}
	}
	failed := readState(w.doc.State()).ledger.publishFailed
	if failed == nil || failed.code != "ResourceNotFoundException" || !failed.since.Equal(epoch) {
		t.Errorf("noted: %v", failed)
	}
	if document, account := w.picture(); document != "current C, previous P" || account != "C P" {
		t.Errorf("%s; %s", document, account)
	}
	w.sim.ClearScript()
	b := w.attempt()
	b.due = true
	b.perform().wantEnd(t, "nothing-due")
	if s := readState(w.doc.State()).ledger; s.publishFailed != nil || s.published.id != keyID("C") || !b.reported("published") {
		t.Errorf("%v %v", s, b.events)
	}
	w.sim.Advance(24*hour + time.Second)
	c := w.attempt()
	c.due = true
	if c.perform().wantEnd(t, "nothing-due"); !c.reported("deleted") {
		t.Errorf("%v", c.events)
	}
	w.sound(t)
}

// Without the input a key that could not be published is replaced, and nothing of publishing is left.
func TestPublishRemoved(t *testing.T) {
	w := newWorld(publishStart(37), variant{})
	delete(w.inputs, "publish")
	w.attempt().perform().wantEnd(t, "rotated")
	if l := readState(w.doc.State()).ledger; l.published != nil || l.publishFailed != nil {
		t.Errorf("%v %v", l.published, l.publishFailed)
	}
	w.inputs["publish"] = secretOf(theSecret)
	a := w.attempt()
	a.due = true
	if a.perform().wantEnd(t, "nothing-due"); w.holds() != w.currentID() {
		t.Errorf("the secret holds %s", w.holds())
	}
	w.sound(t)
}

// An audit says that a key could not be published.
func TestPublishAudit(t *testing.T) {
	for _, test := range []struct {
		start int
		want  []string // of the current key
	}{{33, nil}, {35, []string{"due"}}, {37, []string{"unpublished", "due"}}} {
		w := newWorld(publishStart(test.start), variant{})
		a := w.attempt()
		audit, err := a.rotator().Audit(a.ctx, a.request(w.doc.State()))
		if err != nil {
			t.Fatal(err)
		}
		var codes []string
		for _, v := range audit.Rows[0].Verdicts {
			codes = append(codes, v.Code)
		}
		if !slices.Equal(codes, test.want) {
			t.Errorf("start %d: %v, want %v", test.start, audit.Rows[0].Verdicts, test.want)
		}
		w.sound(t)
	}
}

// A key that does not work is not published.
func TestPublishDeadKey(t *testing.T) {
	w := newWorld(publishStart(45), variant{})
	a := w.attempt()
	a.due = true
	a.perform().wantEnd(t, "nothing-due")
	if !a.warned("publish-failed") || w.holds() != keyID("P") {
		t.Errorf("the secret holds %s: %v", w.holds(), a.events)
	}
	w.sound(t)
}

// What each refusal says, what it says to do, and whether doing so helps.
func TestPublishErrors(t *testing.T) {
	policy := func(more ...string) awstest.Policy { return append(slices.Clone(awstest.RecommendedPolicy), more...) }
	const arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:app/key-??????"
	for _, test := range []struct {
		name   string
		policy awstest.Policy
		spoil  func(w *world)
		want   []string
	}{
		{"not allowed", policy(), nil, []string{"AccessDeniedException", "allow secretsmanager:PutSecretValue on " + arn + " to the owner of AKIAADMIN"}},
		{"allowed elsewhere", policy(putSecret + " arn:aws:secretsmanager:us-east-1:123456789012:secret:other-??????"), nil, []string{"allow " + putSecret}},
		{"missing", nil, func(w *world) { w.inputs["publish"] = secretOf("gone") }, []string{"ResourceNotFoundException", `"gone"`, "create the secret in us-east-1"}},
		{"in another region", nil, func(w *world) { w.inputs["publish"] = secretOf(theSecret, "region", "eu-west-1") }, []string{"create the secret in eu-west-1"}},
		{"deleted", nil, func(w *world) {
			_, err := w.sim.SecretsManager(w.credentials()).DeleteSecret(t.Context(), &secretsmanager.DeleteSecretInput{SecretId: aws.String(theSecret)})
			if err != nil {
				t.Error(err)
			}
		}, []string{"InvalidRequestException", "restore the secret"}},
		{"no KMS", nil, func(w *world) {
			w.sim.Script(awstest.Rule{Action: "PutSecretValue", Outcome: awstest.FailWith("AccessDeniedException", 400, "Access to KMS is not allowed")})
		}, []string{"kms:GenerateDataKey and kms:Decrypt"}},
		{"encryption", nil, func(w *world) {
			w.sim.Script(awstest.Rule{Action: "PutSecretValue", Outcome: awstest.Fail("EncryptionFailure", 400)})
		}, []string{"is enabled"}},
		{"bad login", nil, func(w *world) {
			w.sim.Script(awstest.Rule{Action: "PutSecretValue", Outcome: awstest.Fail("ExpiredTokenException", 400)})
		}, []string{"check the access key AKIAADMIN"}},
		{"unreachable", nil, func(w *world) { w.sim.Script(awstest.Rule{Action: "PutSecretValue", Outcome: awstest.Dropped()}) }, []string{"rotate again"}},
		{"taken token", nil, func(w *world) {
			w.sim.Script(awstest.Rule{Action: "PutSecretValue", Outcome: awstest.Fail("ResourceExistsException", 400)})
		}, []string{`remove "publish", rotate, and write it again`}},
	} {
		for _, number := range []int{33, 35} { // after a promotion, and before one
			w := newWorld(publishStart(number), variant{policy: test.policy})
			if test.spoil != nil {
				test.spoil(w)
			}
			text := "no key is made or retired before the current one is published to the secret"
			end := "unpublished"
			if number == 33 && test.name != "missing" { // of another secret it is not noted that it has the current key
				end, text = "publish-failed", "the rotation is done and saved"
			}
			a := w.attempt().perform().wantEnd(t, end)
			for _, want := range append(test.want, text, "the next run publishes it") {
				if !strings.Contains(fmt.Sprint(a.err), want) {
					t.Errorf("%s, start %d: %v does not say %q", test.name, number, a.err, want)
				}
			}
			var coded *Error
			if errors.As(a.err, &coded); len(coded.Keys) != 1 || coded.Keys[0].ID != w.currentID() || coded.Op != putSecret {
				t.Errorf("%s, start %d: %+v", test.name, number, coded)
			}
			w.sound(t)
		}
	}
	w := newWorld(publishStart(33), variant{policy: policy(putSecret + " " + arn)})
	w.attempt().perform().wantEnd(t, "rotated")
	w.sound(t)
}

// A proxy repeats what it was sent, in one way or another.
func TestPublishScrubbed(t *testing.T) {
	for _, number := range []int{33, 35} {
		w := newWorld(publishStart(number), variant{})
		w.sim.Script(awstest.Rule{Action: "PutSecretValue", Outcome: awstest.FailWith("AccessDeniedException", 400, "you sent "+(&run{}).value(
			readState(w.doc.State()).current)+" and "+w.credentials().SecretAccessKey)})
		a := w.attempt().perform()
		var coded *Error
		if !errors.As(a.err, &coded) || !strings.Contains(coded.Text, "[secret]") {
			t.Errorf("%v", a.err)
		}
		for cause := a.err; cause != nil; cause = errors.Unwrap(cause) {
			w.say(cause, cause.Error())
		}
		w.sound(t)
	}
}

// The text that somebody reads whose secret was deleted.
func TestPublishText(t *testing.T) {
	w := newWorld(publishStart(33), variant{})
	w.sim.Script(awstest.Rule{Action: "PutSecretValue", Outcome: awstest.Fail("ResourceNotFoundException", 0)})
	a := w.attempt().perform().wantEnd(t, "publish-failed")
	got := regexp.MustCompile(`request [0-9a-f-]+`).ReplaceAllString(fmt.Sprint(a.err), "request …")
	want := `the rotation is done and saved, but the secret "app/key" was not told of the new key and still holds AKIAC0000000000000000, ` +
		`which goes on working: ResourceNotFoundException: The simulator was told to answer with this error. ` +
		`(secretsmanager:PutSecretValue: ResourceNotFoundException, request …): ` + w.currentID() + ` (current, active, made 2026-01-01T00:00:00Z); ` +
		`create the secret in us-east-1, or correct "publish"; the next run publishes it; or remove "publish"`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	w.sound(t)
}

// Permissions: without that for the secret nothing is lost, and with it and the five all goes well.
func TestPublishPermissions(t *testing.T) {
	t.Parallel()
	recommended := append(slices.Clone(awstest.RecommendedPolicy), putSecret)
	policies := map[string]awstest.Policy{
		"the five": append(slices.Clone(awstest.MinimalPolicy), putSecret), "the five without the secret": awstest.MinimalPolicy, "reading": awstest.ReadOnlyPolicy,
	}
	for _, action := range recommended {
		policies["without "+action] = recommended.Without(action)
	}
	figures := &tally{table: "F1p"}
	permit(figures, publishStarts, policies, func(w *world) {
		if !slices.Contains(w.variant.policy, putSecret) && len(w.versions()) != len(w.put)+1 {
			w.violate("published without permission")
		}
	})
	figures.report(t)
	figures.expect(t, 10*16)
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
