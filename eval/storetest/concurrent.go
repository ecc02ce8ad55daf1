package storetest

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"sync"

	"github.com/escapement-go/escapement/eval"
)

const rivals = 6

// rounds is how often rivals meet.
func (t *trial) rounds() int {
	if t.Slow {
		return 4
	}
	return 40
}

// checkRounds has rivals save at once.
func (t *trial) checkRounds() {
	t.put("a", text("round 0"))
	t.put("b", text("beside"))
	savers := t.rivals()
	old := text("round 0")
	for round := 1; round <= t.rounds(); round++ {
		where := fmt.Sprintf("round %d", round)
		errs := atOnce(rivals, func(i int) error {
			return t.save(savers[(round+i)%rivals], "a", old, text(fmt.Sprintf("round %d, rival %d", round, i)))
		})
		winner := t.winner(oneWins, where, errs, eval.ErrConflict)
		if winner < 0 {
			return
		}
		old = text(fmt.Sprintf("round %d, rival %d", round, winner))
		t.holds(oneWins, where, "a", old)
	}
	t.holds(oneWins, "an environment beside it", "b", text("beside"))
}

// rivals are goroutines of one process and of others. They take turns at being the first.
func (t *trial) rivals() []eval.Saver {
	savers := []eval.Saver{t.Saver, t.Saver}
	for len(savers) < rivals {
		savers = append(savers, t.another())
	}
	return savers
}

// winner returns who got no error, if it is one and the others got the right one.
func (t *trial) winner(rule Rule, where string, errs []error, lost error) int {
	won := -1
	for i, err := range errs {
		switch {
		case err == nil && won >= 0:
			t.breach(rule, where, "two of %d won", len(errs))
			return -1
		case err == nil:
			won = i
		case !errors.Is(err, lost):
			t.breach(rule, where, "one who lost got the error %v", err)
		}
	}
	if won < 0 {
		t.breach(rule, where, "none of %d won", len(errs))
	}
	return won
}

// atOnce calls do in several goroutines.
func atOnce(n int, do func(i int) error) []error {
	errs := make([]error, n)
	start := make(chan struct{})
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			<-start
			errs[i] = do(i)
		})
	}
	close(start)
	all.Wait()
	return errs
}

// checkReaders loads while texts of different lengths are saved.
func (t *trial) checkReaders() {
	versions := [][]byte{bytes.Repeat(text("long"), 4000), text("short"), bytes.Repeat(text("middle"), 500)}
	t.put("a", versions[0])
	saved := make(chan struct{})
	atOnce(3, func(i int) error {
		if i == 0 {
			defer close(saved)
			return t.saveInTurn(versions)
		}
		for l := t.another(); ; {
			got, err := t.load(l, "a")
			if err != nil {
				t.breach(noMixture, "Load during Save", "it failed: %v", err)
				return nil
			}
			if !slices.ContainsFunc(versions, func(v []byte) bool { return bytes.Equal(v, got) }) {
				t.breach(noMixture, "Load during Save", "it returned %d bytes that nobody has saved", len(got))
				return nil
			}
			select {
			case <-saved:
				return nil
			default:
			}
		}
	})
}

func (t *trial) saveInTurn(versions [][]byte) error {
	for n := range t.rounds() * 3 {
		if err := t.save(t.Saver, "a", versions[n%3], versions[(n+1)%3]); err != nil {
			t.breach(replaces, "Save during Load", "it failed: %v", err)
			return err
		}
	}
	return nil
}

// checkCreators has rivals create at once.
func (t *trial) checkCreators() {
	if _, ok := t.Saver.(eval.Creator); !ok {
		return
	}
	savers := t.rivals()
	for round := 1; round <= t.rounds(); round++ {
		where, name := fmt.Sprintf("round %d", round), fmt.Sprintf("n%d", round)
		errs := atOnce(rivals, func(i int) error {
			return t.create(savers[(round+i)%rivals].(eval.Creator), name, text(fmt.Sprintf("rival %d", i)))
		})
		winner := t.winner(oneCreates, where, errs, fs.ErrExist)
		if winner < 0 {
			return
		}
		t.holds(oneCreates, where, name, text(fmt.Sprintf("rival %d", winner)))
	}
}
