package eval

import (
	"hash/maphash"
	"reflect"
	"slices"

	"github.com/escapement-go/escapement/eval/internal/syntax"
)

// A piece is what has the members of one layer of an object: a mapping, a value, or the imports as a whole. Layers
// that are layers of others in turn have theirs in their place, and are pieces themselves behind these: what hides another
// there, or is final, does so for no layer outside.
type piece struct {
	env  *env
	expr *syntax.Expr
	slot *slot
	data *datum
	copy bool // all its pieces stand before it already
}

func pieceOf(shape place) piece {
	if shape.isValue() {
		return piece{data: shape.val.data()}
	}
	return piece{env: shape.env, expr: shape.expr, slot: shape.slot}
}

func (a piece) repeated() piece {
	a.copy = true
	return a
}

// significant returns pieces without the slots at the end in which nothing is final: they have nothing below them.
func significant(pieces []piece) []piece {
	for n := len(pieces); n > 0; n-- {
		if last := pieces[n-1].slot; last == nil || last.bag || last.finals || pieces[n-1].copy {
			return pieces[:n]
		}
	}
	return nil
}

// secret reports whether the piece is a value that is secret as a whole.
func (a piece) secret() bool { return a.data != nil && a.data.secret }

// same reports whether two pieces are one, or equally unknown.
func (a piece) same(b piece) bool {
	if a == b || a.data == nil || b.data == nil {
		return a == b
	}
	x, y := a.data, b.data
	if len(x.items) > 0 || len(y.items) > 0 {
		return false // of an object that is unknown, members may be known
	}
	return x.unknown && y.unknown && x.secret == y.secret && x.failed == y.failed && reflect.DeepEqual(x.schema, y.schema)
}

// merges holds the slots that merge pieces, by a hash of these. A nil one holds none ever.
type merges struct {
	hash  maphash.Hash
	slots map[uint64][]*slot
}

// twin returns the slot that was the first to merge the pieces of s, which may be s. From the same pieces comes the
// same value. So it is computed once, however many slots make it; and an object that contains itself waits for itself,
// where it would unfold without end.
func (m *merges) twin(s *slot) *slot {
	if m == nil || s.finals {
		return s
	}
	sum := m.sum(s.pieces)
	for _, t := range m.slots[sum] {
		if t == s || t.performed == s.performed && slices.EqualFunc(t.pieces, s.pieces, piece.same) {
			return t
		}
	}
	if m.slots == nil {
		m.slots = map[uint64][]*slot{}
	}
	m.slots[sum] = append(m.slots[sum], s)
	return s
}

// sum is the same for pieces that are the same.
func (m *merges) sum(pieces []piece) uint64 {
	m.hash.Reset()
	for _, a := range pieces {
		if a.data == nil || !a.data.unknown {
			maphash.WriteComparable(&m.hash, a)
		}
	}
	return m.hash.Sum64()
}
