package rotatortest

import "fmt"

// A kind is something that may happen to a run.
type kind int

const (
	nothing kind = iota
	dieBefore
	dieAfter
	cancelFirst
	cancelBefore
	cancelAfter
	saving // the outcome of a save is another
)

// A fault is what happens to a run, at which of its saves.
type fault struct {
	kind    kind
	at      int // counts from 1
	forever bool
	becomes outcome
	force   bool // the run is forced; no fault
}

// outcome is what becomes of save n.
func (f fault) outcome(n int) outcome {
	if f.kind == saving && (n == f.at || f.forever && n > f.at) {
		return f.becomes
	}
	return well
}

func (f fault) cancels() bool {
	return f.kind == cancelFirst || f.kind == cancelBefore || f.kind == cancelAfter
}

func (f fault) String() string {
	what := map[kind]string{
		dieBefore: "dead before", dieAfter: "dead after", cancelBefore: "given up before", cancelAfter: "given up after",
		saving: [...]string{
			"well", "slow", "conflict", "written but uncertain", "lost and uncertain", "written but failed", "failed",
		}[f.becomes] + " at",
	}[f.kind]
	switch {
	case f.kind == nothing:
		return ""
	case f.kind == cancelFirst:
		return ", given up before it began"
	case f.forever:
		return fmt.Sprintf(", %s save %d and all that follow", what, f.at)
	}
	return fmt.Sprintf(", %s save %d", what, f.at)
}

// faults returns everything that may happen to a run of so many saves.
func faults(saves int) []fault {
	all := []fault{{kind: cancelFirst}}
	for n := 1; n <= saves; n++ {
		for _, k := range []kind{dieBefore, dieAfter, cancelBefore, cancelAfter} {
			all = append(all, fault{kind: k, at: n})
		}
		all = append(all, fault{kind: saving, at: n, becomes: slow}, fault{kind: saving, at: n, becomes: conflicts, forever: true})
		for _, o := range []outcome{uncertainWritten, uncertainLost, failsWritten, fails} {
			all = append(all, fault{kind: saving, at: n, becomes: o}, fault{kind: saving, at: n, becomes: o, forever: true})
		}
	}
	return all
}
