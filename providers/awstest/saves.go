package awstest

import (
	"errors"
	"fmt"

	"github.com/escapement-go/escapement/rotators"
)

// A SaveRule makes saves of a document fail. The first rule that has its turn decides.
type SaveRule struct {
	When    func(state map[string]any) bool // of the state that is to be saved; nil means any
	Nth     int                             // only the Nth save that matches, from 1; zero means each of them
	Outcome SaveOutcome
}

type activeSaveRule struct {
	SaveRule
	matched int
}

// A SaveOutcome is what becomes of a save.
type SaveOutcome int

const (
	SaveWell             SaveOutcome = iota // nothing unusual
	SaveConflict                            // nothing is written; the error matches rotators.ErrConflict
	SaveUncertainWritten                    // it is written; the error matches rotators.ErrUncertain
	SaveUncertainLost                       // nothing is written; the error matches rotators.ErrUncertain
	SaveFailed                              // nothing is written; the error matches neither
	SaveFailedWritten                       // it is written; the error matches neither
	SaveCrashBefore                         // the run crashes, and nothing is written
	SaveCrashAfter                          // the run crashes, and it is written
)

func (o SaveOutcome) writes() bool {
	return o == SaveWell || o == SaveUncertainWritten || o == SaveFailedWritten || o == SaveCrashAfter
}

func (o SaveOutcome) crashes() bool { return o == SaveCrashBefore || o == SaveCrashAfter }

func (o SaveOutcome) err() error {
	switch o {
	case SaveUncertainWritten, SaveUncertainLost:
		return fmt.Errorf("the folder could not be synced: %w", rotators.ErrUncertain)
	case SaveFailed, SaveFailedWritten:
		return errors.New("the disk does not answer")
	}
	return nil
}

// Script adds rules. The saves before do not count. Crashes need a save that was wrapped by [Run.Save].
func (d *Document) Script(rules ...SaveRule) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, r := range rules {
		d.rules = append(d.rules, &activeSaveRule{SaveRule: r})
	}
}

// ClearScript takes every rule away.
func (d *Document) ClearScript() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.rules = nil
}

// saveOutcome lets each rule count the save and returns what the first one whose turn it is says.
func (d *Document) saveOutcome(state map[string]any) SaveOutcome {
	chosen := SaveWell
	for _, r := range d.rules {
		if r.When != nil && !r.When(copyState(state)) {
			continue
		}
		r.matched++
		if chosen == SaveWell && (r.Nth == 0 || r.Nth == r.matched) {
			chosen = r.Outcome
		}
	}
	return chosen
}
