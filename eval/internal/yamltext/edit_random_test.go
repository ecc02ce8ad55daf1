package yamltext

import (
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"testing"
)

// edits returns how many random documents a test of edits takes: all of them with -full.
func edits(n int) int {
	if *full {
		return n
	}
	return n / 4
}

// forSubjects calls check with random documents of a shape, and with a generator of its own for each.
// Documents of usual shape can all be edited, of the nasty ones some cannot be read and some not edited.
func forSubjects(t *testing.T, n int, nasty bool, check func(s *subject, g *generator) error) {
	t.Helper()
	unread, misfit := 0, 0
	forRandom(t, edits(n), nasty, func(text string) error {
		s := newSubject(text)
		if s == nil {
			unread++
			return nil
		}
		if _, err := s.layout(); err != nil {
			misfit++
			return nil
		}
		h := fnv.New64()
		h.Write([]byte(text))
		return check(s, &generator{Rand: rand.New(rand.NewPCG(h.Sum64(), 2)), nasty: nasty})
	})
	t.Logf("nasty %v: %d documents, %d cannot be read, %d not edited", nasty, runs(edits(n)), unread, misfit)
	if nasty != (misfit > 0) || nasty && unread == 0 {
		t.Errorf("nasty %v: %d documents cannot be read, %d not edited", nasty, unread, misfit)
	}
}

// spot picks a place of a document.
func (g *generator) spot(s *subject) spot {
	all := s.spots()
	return all[g.IntN(len(all))]
}

// TestRandomEdits writes random values at random places of random documents.
func TestRandomEdits(t *testing.T) {
	t.Parallel()
	for _, nasty := range []bool{false, true} {
		var c tally
		documents := 330_000
		if nasty { // of which more cannot be read, or edited
			documents = 370_000
		}
		forSubjects(t, documents, nasty, func(s *subject, g *generator) error {
			for range 4 {
				at := g.spot(s)
				e := Edit{Path: at.path, Value: g.tree(3), Whole: g.one(4)}
				if err := c.try(s, at, e); err != nil {
					return err
				}
			}
			return nil
		})
		if nasty {
			c.report(t, "splices, nasty", 0.05, 0.02)
		} else {
			c.report(t, "splices, usual", 0.005, 0.001)
		}
		if c.refused == 0 {
			t.Error("no edit was refused")
		}
	}
}

// TestRandomRemovals removes members and items of random documents.
func TestRandomRemovals(t *testing.T) {
	t.Parallel()
	for _, nasty := range []bool{false, true} {
		var c tally
		forSubjects(t, 70_000, nasty, func(s *subject, g *generator) error {
			for range 4 {
				at := g.spot(s)
				if at.node == nil || len(at.path) == 0 {
					continue
				}
				if err := c.try(s, at, Edit{Path: at.path}); err != nil {
					return err
				}
			}
			return nil
		})
		c.report(t, "removals", 0.05, 0.02)
	}
}

// TestRandomUpdates changes mappings leaf by leaf, as states change: three times in a row.
func TestRandomUpdates(t *testing.T) {
	t.Parallel()
	for _, nasty := range []bool{false, true} {
		var c tally
		divided := 0
		forSubjects(t, 100_000, nasty, func(s *subject, g *generator) error {
			at := g.spot(s)
			if len(at.path) == 0 {
				return nil
			}
			state := g.state(2)
			for range 3 {
				e := Edit{Path: at.path, Value: state}
				if at.node != nil && e.leaves(at.node) != nil {
					divided++
				}
				if err := c.try(s, at, e); err != nil {
					return err
				}
				next, err := s.Edit(e)
				if err != nil {
					return nil
				}
				s = newSubject(next.text)
				at.node = s.find(at.path)
				at.parent = &s.nodes[s.parents[at.node.index]]
				state = g.change(state)
			}
			return nil
		})
		t.Logf("nasty %v: %d updates are made leaf by leaf", nasty, divided)
		if divided == 0 {
			t.Error("no update was made leaf by leaf")
		}
		if nasty {
			c.report(t, "updates, nasty", 0.05, 0.02)
		} else {
			c.report(t, "updates, usual", 0.005, 0.002)
		}
	}
}

// TestRandomBatches makes several edits at once. The result must be what one after another gives.
func TestRandomBatches(t *testing.T) {
	t.Parallel()
	for _, nasty := range []bool{false, true} {
		var c tally
		bytes := 0
		forSubjects(t, 100_000, nasty, func(s *subject, g *generator) error {
			batch := g.batch(s)
			one, oneErr := s.Document, error(nil)
			for _, e := range batch {
				if one, oneErr = one.Edit(e); oneErr != nil {
					break
				}
			}
			all, err := s.Edit(batch...)
			if err != nil && oneErr == nil {
				return fmt.Errorf("%v is refused only at once: %v", batch, err)
			}
			if err != nil {
				return c.refuse(err)
			}
			c.done++
			if oneErr != nil {
				return nil // only together
			}
			if all.text == one.text {
				bytes++
				return nil
			}
			a, b := newSubject(all.text), newSubject(one.text)
			if a == nil || b == nil {
				return errors.New("the result cannot be read")
			}
			if a.third != nil && b.third != nil && new(dumper).dump(a.third) != new(dumper).dump(b.third) {
				return fmt.Errorf("%v at once:\n%q, one after another:\n%q", batch, all.text, one.text)
			}
			return nil
		})
		c.report(t, "batches", 0.1, 0.05)
		t.Logf("%d have the same bytes as one after another", bytes)
		if bytes < c.done/2 {
			t.Errorf("only %d of %d have the same bytes as one after another", bytes, c.done)
		}
	}
}

// batch returns two to six edits, which seldom lie in each other.
func (g *generator) batch(s *subject) []Edit {
	var batch []Edit
	for n := 2 + g.IntN(5); n > 0; n-- {
		at := g.spot(s)
		inside := func(e Edit) bool {
			n := min(len(e.Path), len(at.path))
			return slices.Equal(e.Path[:n], at.path[:n])
		}
		if slices.ContainsFunc(batch, inside) && !g.one(20) {
			continue
		}
		e := Edit{Path: at.path, Value: g.tree(2), Whole: g.one(4)}
		if len(at.path) > 0 && at.node != nil && g.one(4) {
			e.Value = nil
		}
		batch = append(batch, e)
	}
	return batch
}
