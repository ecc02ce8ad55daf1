package awsiam

import (
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/escapement-go/escapement/providers/awstest"
	"github.com/escapement-go/escapement/schema"
)

// A start is a document and an account as a run may find them. Keys are named by letters: C current, P previous, N
// pending, O an orphan, H a key of somebody else.
type start struct {
	number   int
	document string
	account  string
	core     bool // used for products of tables
	modelled bool // one of the thirteen of the model
	human    bool // a refusal that names keys is a good end: somebody else's keys or acts are in the way
	state    func() map[string]any
	keys     []startKey
	aged     bool // upkeep by age
	login    string
	claims   string // the key that a human has switched on again

	publish bool     // the inputs name a secret
	put     []string // keys that were put there, the last one last
}

type startKey struct {
	letter string
	age    time.Duration
	status string
}

const day = 24 * time.Hour

var epoch = awstest.Epoch

func keyID(letter string) string     { return "AKIA" + letter + "0000000000000000"[len(letter)-1:] }
func keySecret(letter string) string { return fmt.Sprintf(`canary+%s/"<secret>&=%s`, letter, letter) }

func ago(d time.Duration) string { return epoch.Add(-d).Format(time.RFC3339) }

// credentialOf is a key as the document has it.
func credentialOf(letter string, age time.Duration) map[string]any {
	return map[string]any{
		"accessKeyId": keyID(letter), "secretAccessKey": schema.NewSecret(keySecret(letter)), "createdAt": ago(age),
	}
}

func with(m map[string]any, members ...any) map[string]any {
	for i := 0; i < len(members); i += 2 {
		m[members[i].(string)] = members[i+1]
	}
	return m
}

func without(m map[string]any, name string) map[string]any {
	delete(m, name)
	return m
}

const (
	ageC = 99 * time.Minute
	ageP = 199 * time.Minute
)

// theUser stands for the UserId of the user, which the account decides.
const theUser = "the user"

// saved makes a state of C, or C and P, with a ledger.
func saved(letters string, ledger ...any) func() map[string]any {
	return func() map[string]any {
		s := map[string]any{"current": credentialOf("C", ageC)}
		if letters == "CP" {
			s["previous"] = credentialOf("P", ageP)
		}
		s["ledger"] = with(map[string]any{"promotedAt": ago(ageC), "userId": theUser}, ledger...)
		return s
	}
}

// intent is a pending record; more members make it a pending key.
func intent(age time.Duration, members ...any) map[string]any {
	return with(map[string]any{"id": "earlier", "startedAt": ago(age), "baseline": []any{keyID("C")}}, members...)
}

func pendingKey(age time.Duration) map[string]any {
	p := intent(age)
	for name, v := range credentialOf("N", age) {
		p[name] = v
	}
	return p
}

func waits(age time.Duration) map[string]any {
	return map[string]any{"accessKeyId": keyID("O"), "since": ago(age)}
}

func retiring(action string, age time.Duration, members ...any) []any {
	return []any{with(map[string]any{"accessKeyId": keyID("P"), "action": action, "since": ago(age)}, members...)}
}

const (
	hour   = time.Hour
	lately = 60 * time.Minute
	tenth  = 10*day + 99*time.Minute
)

func agedState() map[string]any {
	return with(map[string]any{"current": credentialOf("C", 20*day+99*time.Minute)}, "ledger", map[string]any{
		"promotedAt": ago(20*day + 99*time.Minute),
		"retiring":   retiring("deactivate", tenth, "inactiveSince", ago(tenth), "createdAt", ago(110*day+99*time.Minute)),
	})
}

var (
	keyC = startKey{"C", ageC, "Active"}
	keyP = startKey{"P", ageP, "Active"}
	keyH = startKey{"H", 50 * time.Minute, "Active"}
)

func nothing() map[string]any { return nil }

// starts are the states that the tables begin with.
var starts = []start{
	{number: 1, document: "no state", account: "none", state: nothing, modelled: true},
	{number: 2, document: "no state", account: "H", state: nothing, keys: []startKey{keyH}, human: true},
	{number: 3, document: "no state", account: "H H", state: nothing, keys: []startKey{keyH, {"HH", 99 * time.Minute, "Active"}}, human: true, modelled: true},
	{number: 4, document: "imported C, no createdAt", account: "C", keys: []startKey{keyC}, state: func() map[string]any {
		return map[string]any{"current": without(credentialOf("C", 0), "createdAt")}
	}},
	{number: 5, document: "C", account: "C", core: true, modelled: true, state: saved("C"), keys: []startKey{keyC}},
	{number: 6, document: "C P", account: "C P", core: true, modelled: true, state: saved("CP"), keys: []startKey{keyC, keyP}},
	{number: 7, document: "C P", account: "C", state: saved("CP"), keys: []startKey{keyC}},
	{number: 8, document: "C P", account: "P", state: saved("CP"), keys: []startKey{keyP}},
	{number: 9, document: "C P", account: "C(inactive) P", state: saved("CP"), keys: []startKey{{"C", ageC, "Inactive"}, keyP}, human: true},
	{number: 10, document: "C P", account: "C P(inactive)", state: saved("CP"), keys: []startKey{keyC, {"P", ageP, "Inactive"}}},
	{number: 11, document: "C", account: "C H", modelled: true, state: saved("C"), keys: []startKey{keyC, keyH}, human: true},
	{number: 12, document: "C", account: "C H(inactive)", modelled: true, state: saved("C"), keys: []startKey{keyC, {"H", 50 * time.Minute, "Inactive"}}, human: true},
	{number: 13, document: "C", account: "H", state: saved("C"), keys: []startKey{keyH}, human: true},
	{number: 14, document: "C P", account: "C P H", modelled: true, state: saved("CP"), keys: []startKey{keyC, keyP, keyH}, human: true},
	{number: 15, document: "C, intent", account: "C", modelled: true, state: saved("C", "pending", intent(lately)), keys: []startKey{keyC}},
	{number: 16, document: "C, intent", account: "C O", core: true, modelled: true, state: saved("C", "pending", intent(lately)),
		keys: []startKey{keyC, {"O", lately, "Active"}}},
	{number: 17, document: "C, intent", account: "C H (made in the window)", state: saved("C", "pending", intent(lately)),
		keys: []startKey{keyC, {"H", lately - 30*time.Second, "Active"}}, human: true},
	{number: 18, document: "C, intent, quarantine 1 h", account: "C O(inactive)",
		state: saved("C", "pending", intent(2*hour), "quarantine", waits(hour)), keys: []startKey{keyC, {"O", 2 * hour, "Inactive"}}},
	{number: 19, document: "C, intent, quarantine 25 h", account: "C O(inactive)", core: true, modelled: true,
		state: saved("C", "pending", intent(26*hour), "quarantine", waits(25*hour)), keys: []startKey{keyC, {"O", 26 * hour, "Inactive"}}},
	{number: 20, document: "C, intent, quarantine 25 h", account: "C O(active)", human: true, claims: "O",
		state: saved("C", "pending", intent(26*hour), "quarantine", waits(25*hour)), keys: []startKey{keyC, {"O", 26 * hour, "Active"}}},
	{number: 21, document: "C, pending N with secret", account: "C N", core: true, modelled: true,
		state: saved("C", "pending", pendingKey(lately)), keys: []startKey{keyC, {"N", lately, "Active"}}},
	{number: 22, document: "C, pending N with secret", account: "C", state: saved("C", "pending", pendingKey(lately)), keys: []startKey{keyC}},
	{number: 23, document: "C, pending id without secret", account: "C N", modelled: true,
		state: saved("C", "pending", intent(lately, "accessKeyId", keyID("N"))), keys: []startKey{keyC, {"N", lately, "Active"}}},
	{number: 24, document: "C, P retiring to delete, intent", account: "C P", core: true, modelled: true,
		state: saved("C", "pending", intent(lately, "baseline", []any{keyID("C"), keyID("P")}), "retiring", retiring("delete", lately)),
		keys:  []startKey{keyC, keyP}},
	{number: 25, document: "C, P deactivated, deletion due", account: "C P(inactive)", aged: true, state: agedState,
		keys: []startKey{{"C", 20*day + 99*time.Minute, "Active"}, {"P", 110*day + 99*time.Minute, "Inactive"}}},
	{number: 26, document: "C, P deactivated, deletion due", account: "C P(active)", aged: true, claims: "P", state: agedState, human: true,
		keys: []startKey{{"C", 20*day + 99*time.Minute, "Active"}, {"P", 110*day + 99*time.Minute, "Active"}}},
	{number: 27, document: "C P, UserId of a deleted user", account: "H", state: saved("CP", "userId", "AIDAOFADELETEDUSER000"),
		keys: []startKey{keyH}, human: true},
	{number: 28, document: "C P, login is P", account: "C P", state: saved("CP"), keys: []startKey{keyC, keyP}, login: "P", human: true},
}

func startsWhere(f func(start) bool) []start {
	var some []start
	for _, s := range starts {
		if f(s) {
			some = append(some, s)
		}
	}
	return some
}

func coreStarts() []start { return startsWhere(func(s start) bool { return s.core }) }

// options makes the account.
func (s start) options() awstest.Options {
	app := awstest.User{Name: "app", Path: "/team:x/"}
	for _, k := range s.keys {
		made := epoch.Add(-k.age)
		app.Keys = append(app.Keys, awstest.Key{ID: keyID(k.letter), Secret: keySecret(k.letter), Status: k.status, CreatedAt: made})
	}
	admin := awstest.User{Name: "admin", Keys: []awstest.Key{{ID: keyID("ADMIN"), Secret: keySecret("ADMIN")}}}
	o := awstest.Options{Seed: uint64(s.number), Users: []awstest.User{admin, app}}
	if s.publish {
		o.Users = append(o.Users, awstest.User{Name: "earlier", Keys: make([]awstest.Key, 1)})
		o.Secrets = []awstest.Secret{{Name: theSecret, Text: "canary: nothing was published yet"}}
	}
	return o
}

func (s start) credentials() aws.Credentials {
	letter := s.login
	if letter == "" {
		letter = "ADMIN"
	}
	return aws.Credentials{AccessKeyID: keyID(letter), SecretAccessKey: keySecret(letter)}
}
