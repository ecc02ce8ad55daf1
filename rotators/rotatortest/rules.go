package rotatortest

import "github.com/escapement-go/escapement/providers/providertest"

// A Rule is one obligation of a rotator.
type Rule struct {
	Name string // names the subtest, such as keeps-working
	Text string // as in the documentation of package rotators, or of package providers
}

// Rules returns all rules: those of a provider that hold for a rotator and its Open, and those of package rotators in
// the order of its documentation.
func Rules() []Rule {
	own := []Rule{
		stableSchema, openState, quietOpen, unfinishedOpen, plainStates, hiddenSecrets, keptData, noLateCalls, renews,
		keepsWorking, othersStay, sameEnd, noHeap, settled, uncertain, conflict, promptReturn, idle, pureDue, maintains,
		planReads, planTells, noPanic, inquires, proves,
	}
	replaced := map[string]bool{"admits-inputs": true} // it is the state that Open takes
	for _, r := range own {
		replaced[r.Name] = true
	}
	var all []Rule
	for _, r := range providertest.Rules() {
		if !replaced[r.Name] {
			all = append(all, Rule(r))
		}
	}
	return append(all, own...)
}

var (
	stableSchema = Rule{"stable-schema",
		"Schema is pure: it does no I/O and answers equally on every call."}
	openState = Rule{"open-state",
		"The state schema admits whatever was saved, and members that it does not know."}
	quietOpen = Rule{"quiet-open",
		"Open changes nothing."}
	unfinishedOpen = Rule{"unfinished-open",
		"Open answers for every saved state; for that of an unfinished first rotation its error matches ErrNotRotated."}
	plainStates = Rule{"plain-states",
		"A state is an object of plain data that satisfies the state schema."}
	hiddenSecrets = Rule{"hidden-secrets",
		"The text of a secret is in a schema.Secret or nowhere: in no other part of a state, and in no event, plan, audit or error."}
	keptData = Rule{"kept-data",
		"Neither the request nor a state that was handed over is changed."}
	noLateCalls = Rule{"no-late-calls",
		"Neither save nor Report is called after the method has returned."}
	renews = Rule{"renews",
		"Rotate renews the credential: what Open returns afterwards is new, and works."}
	keepsWorking = Rule{"keeps-working",
		"Whenever a run dies and whatever becomes of a save, a credential in the durable state works."}
	othersStay = Rule{"others-stay",
		"A rotation touches no credential of anybody else."}
	sameEnd = Rule{"same-end",
		"From wherever a run has ended, the next runs come to the same: a new credential, and none that is lost or left over."}
	noHeap = Rule{"no-heap",
		"From the third rotation on there are as many credentials as before."}
	settled = Rule{"settled",
		"Rotate returns nil only if the last state that it handed over is saved; without one, it has changed nothing."}
	uncertain = Rule{"uncertain",
		"After a save that may have written, Rotate destroys nothing until another save has settled it."}
	conflict = Rule{"conflict",
		"After a conflict Rotate returns an error, and calls nothing but what takes back what this run has made."}
	promptReturn = Rule{"prompt-return",
		"Open and Rotate return soon after their context is done."}
	idle = Rule{"idle",
		"A run that renews nothing saves nothing and changes nothing."}
	pureDue = Rule{"pure-due",
		"Due is a pure function of the state, the inputs and the time, and Next is when its answer changes."}
	maintains = Rule{"maintains",
		"Maintain does what is due, and nothing if nothing is."}
	planReads = Rule{"plan-reads",
		"Plan does nothing but read."}
	planTells = Rule{"plan-tells",
		"Plan returns what Rotate would do now, in a world without faults."}
	noPanic = Rule{"no-panic",
		"No method panics."}
	inquires = Rule{"inquires",
		"Audit answers for every saved state; it and Verify do nothing but read."}
	proves = Rule{"proves",
		"Verify succeeds if the credential that Open returns works, and fails if it does not."}
)

// ruleOf returns the rule that stands for one of a provider, false if there is none.
func ruleOf(r providertest.Rule) (Rule, bool) {
	for _, own := range Rules() {
		if own.Name == r.Name {
			return own, true
		}
	}
	return Rule{}, false
}
