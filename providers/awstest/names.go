package awstest

import (
	"slices"
	"time"

	"github.com/escapement-go/escapement/schema"
)

// names is what a state of a rotation of keys, or of a password, says: which keys it names, and as what.
type names struct {
	current, previous string
	pending           string // the id of the key that is being made
	pendingSecret     bool   // with its secret
	intent            *intent
	retiring          []string
	quarantine        string
	promoted          time.Time
	passwords         []string // the one in force is one of them
}

// An intent tells that a key is about to be made.
type intent struct {
	started  time.Time
	baseline []string
}

func read(state map[string]any) names {
	ledger := object(state["ledger"])
	n := names{
		current:    word(object(state["current"])["accessKeyId"]),
		previous:   word(object(state["previous"])["accessKeyId"]),
		quarantine: word(object(ledger["quarantine"])["accessKeyId"]),
		promoted:   instant(ledger["promotedAt"]),
	}
	for _, e := range list(ledger["retiring"]) {
		n.retiring = append(n.retiring, word(object(e)["accessKeyId"]))
	}
	if p := word(object(state["current"])["password"]); p != "" {
		n.passwords = append(n.passwords, p)
	}
	pending := object(ledger["pending"])
	for _, e := range list(pending["candidates"]) {
		n.passwords = append(n.passwords, word(object(e)["password"]))
	}
	n.pending = word(pending["accessKeyId"])
	n.pendingSecret = word(pending["secretAccessKey"]) != ""
	if n.pending == "" && pending["startedAt"] != nil && pending["candidates"] == nil {
		n.intent = &intent{started: instant(pending["startedAt"])}
		for _, e := range list(pending["baseline"]) {
			n.intent.baseline = append(n.intent.baseline, word(e))
		}
	}
	return n
}

// all returns the ids that the document names.
func (n names) all() []string {
	ids := append([]string{n.current, n.previous, n.pending, n.quarantine}, n.retiring...)
	return slices.DeleteFunc(ids, func(id string) bool { return id == "" })
}

func (n names) has(id string) bool { return slices.Contains(n.all(), id) }

// The window around an intent in which a key that it covers was made.
const (
	proofBefore = 5 * time.Second
	proofAfter  = 120 * time.Second
)

// isNewer tells whether a save has brought the intent into the document.
func (i *intent) isNewer(before *intent) bool {
	return i != nil && (before == nil || !i.started.Equal(before.started) || !slices.Equal(i.baseline, before.baseline))
}

// covers tells whether a key may be the one that the intent was about.
func (i *intent) covers(id string, created time.Time) bool {
	return i != nil && !slices.Contains(i.baseline, id) &&
		!created.Before(i.started.Add(-proofBefore)) && !created.After(i.started.Add(proofAfter))
}

func object(v any) map[string]any {
	m, _ := v.(map[string]any)
	return m
}

func list(v any) []any {
	l, _ := v.([]any)
	return l
}

func word(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case schema.Secret:
		return v.Reveal()
	}
	return ""
}

func instant(v any) time.Time {
	t, _ := time.Parse(time.RFC3339, word(v))
	return t
}
