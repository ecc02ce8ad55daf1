//go:build unix

package killed

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/providers/awstest"
)

// rotateAll does what esc rotate --due --all does.
func rotateAll(e *eval.Evaluator) {
	ctx := context.Background()
	names, err := (&eval.Evaluator{Loader: eval.Dir(os.Getenv(childDir))}).List(ctx)
	if err != nil {
		fmt.Println("failed")
		return
	}
	for rotation, err := range e.RotateAll(ctx, names, eval.RotateAllOptions{Due: true}) {
		say(rotation, err, false)
	}
}

const members = 20

// member is an environment of many, whose key and password are due every thirty days. The first two places are for the
// login, so that those of the user come as text.
const member = `values:
  admin: {accessKeyId: %s,   secretAccessKey: {fn::secret: %s}}
  NAME-key:
    fn::rotate::aws-iam:
      inputs: {userArn: 'arn:aws:iam::123456789012:user/NAME', login: '${admin}', publish: {secretId: NAME}, rotateAfter: 30d}
  NAME-console:
    fn::rotate::aws-iam-password:
      inputs: {userArn: 'arn:aws:iam::123456789012:user/NAME', login: '${admin}', rotateAfter: 30d}
`

// A fleet is an account with a user for each of many environments.
type fleet struct {
	*stage
	names     []string
	originals map[string]string
}

func newFleet(t *testing.T) *fleet {
	var users []awstest.User
	var secrets []awstest.Secret
	f := &fleet{originals: map[string]string{}}
	for n := range members {
		name := fmt.Sprintf("member%02d", n)
		f.names = append(f.names, name)
		users = append(users, awstest.User{Name: name, Password: firstPassword})
		secrets = append(secrets, awstest.Secret{Name: name, Text: "{}"})
	}
	f.stage = newAccount(t, users, secrets)
	for _, name := range f.names {
		f.originals[name] = f.write(name, strings.ReplaceAll(member, "NAME", name))
	}
	return f
}

// TestKilledAmongMany kills the process that does what is due in many environments, and repeats it until all is done.
// Nothing is done twice but what the kill has left in doubt.
func TestKilledAmongMany(t *testing.T) {
	f := newFleet(t)
	died, unfinished, runs, keys, passwords := 0, 0, 0, 0, 0
	for round := range max(2, *rounds/10) {
		f.sim.Advance(31 * 24 * time.Hour)
		began := len(f.sim.Calls())
		before := f.keysInForce()
		_, killed := f.perform(moment{all: true, calls: 1 + f.draw.IntN(members*12)})
		if killed {
			died++
		}
		doubtful := f.check()
		unfinished += len(doubtful)
		repeats := f.finish()
		runs = max(runs, repeats)
		made, set := f.writes(began)
		for _, name := range f.names {
			most := 1
			if doubtful[name] {
				most = 2
			}
			keys, passwords = keys+made[name], passwords+set[name]
			if made[name] < 1 || made[name] > most || set[name] < 1 || set[name] > most {
				t.Errorf("round %d, %s: %d keys made and %d passwords set, want 1 to %d", round, name, made[name], set[name], most)
			}
			if now := f.heldBy(name).AccessKeyID; now == before[name] || now == "" {
				t.Errorf("round %d, %s: the secret still holds %q", round, name, now)
			}
		}
	}
	t.Logf("%d environments, %d rounds: %d processes killed, which left %d environments unfinished; %d keys made, %d passwords set, none lost; at most %d runs to do all that is due",
		members, max(2, *rounds/10), died, unfinished, keys, passwords, runs)
	if died == 0 || unfinished == 0 {
		t.Error("no process was killed at work")
	}
}

// finish repeats the process until nothing is due any more, and returns how often it took.
func (f *fleet) finish() (runs int) {
	for runs = 1; ; runs++ {
		out, _ := f.perform(moment{all: true})
		f.check()
		ends := ends(out)
		done := 0
		for _, end := range ends {
			if end == "nothing-due" {
				done++
			}
		}
		if len(ends) != 2*members {
			f.Fatalf("there are %d rotators, want %d:\n%s", len(ends), 2*members, out)
		}
		if done == len(ends) {
			break
		}
		if runs == 6 {
			f.Fatalf("not all is done in %d runs:\n%s", runs, out)
		}
		f.sim.Advance(13 * time.Hour)
	}
	for _, name := range f.names {
		text := f.decrypted(name)
		for _, k := range f.sim.Keys(name) {
			if !strings.Contains(text, k.ID) {
				f.Errorf("%s: the document does not know the key %s", name, k.ID)
			}
		}
	}
	return runs
}

// check asserts that nothing is lost, and returns the environments whose rotation is unfinished.
func (f *fleet) check() map[string]bool {
	doubtful := map[string]bool{}
	for _, name := range f.names {
		text := f.decrypted(name)
		if strings.Contains(text, "pending:") {
			doubtful[name] = true
		}
		for _, k := range f.sim.Keys(name) {
			if !strings.Contains(text, k.ID) && !doubtful[name] {
				f.Errorf("%s: the document neither knows nor expects the key %s", name, k.ID)
			}
		}
		if inForce, _ := f.sim.PasswordInForce(name); inForce != firstPassword && !strings.Contains(text, inForce) {
			f.Errorf("%s: the document does not hold the password in force", name)
		}
		if held := f.heldBy(name); held.AccessKeyID != "" {
			f.try("the key in the secret "+name, held)
		}
	}
	return doubtful
}

// keysInForce returns what the secrets hold.
func (f *fleet) keysInForce() map[string]string {
	ids := map[string]string{}
	for _, name := range f.names {
		ids[name] = f.heldBy(name).AccessKeyID
	}
	return ids
}

// writes counts what has been made since a call, by user.
func (f *fleet) writes(began int) (made, set map[string]int) {
	made, set = map[string]int{}, map[string]int{}
	for _, c := range f.sim.Calls()[began:] {
		switch {
		case !c.Executed:
		case c.Action == "CreateAccessKey":
			made[c.User]++
		case c.Action == "UpdateLoginProfile":
			set[c.User]++
		}
	}
	return made, set
}
