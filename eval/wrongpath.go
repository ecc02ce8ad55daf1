package eval

import (
	"fmt"
	"slices"

	"github.com/escapement-go/escapement/eval/internal/syntax"
	"github.com/escapement-go/escapement/schema"
)

func (w walker) indexOnObject(i int) (place, bool) {
	return w.fail(i, "index-on-object", fmt.Sprintf("an object has no element %d", w.path[i].Index), "use a name")
}

func (w walker) nameOnArray(i int) (place, bool) {
	return w.fail(i, "name-on-array", "an array has no member "+quoted(w.path[i].Name), "use an index such as [0]")
}

func (w walker) outOfRange(i, length int) (place, bool) {
	return w.fail(i, "index-out-of-range", fmt.Sprintf("element %d does not exist", w.path[i].Index),
		fmt.Sprintf("the array has %d elements, counted from 0", length))
}

func (w walker) noContainer(i int, kind Kind) (place, bool) {
	return w.fail(i, "not-a-container", kind.String()+" has no members", "only arrays and objects have")
}

// undefined reports that the name of accessor i is none of names.
func (w walker) undefined(i int, names []string) (place, bool) {
	name := w.path[i].Name
	if w.expr == nil {
		path := slices.Clone(w.path)
		if path[i].Name = schema.Nearest(name, names); path[i].Name == "" {
			return w.noValue(membersOf(w.path[:i], names))
		}
		return w.noValue("did you mean " + quoted(path.String()) + "?")
	}
	found := w.report(w.mark(i, i), "unknown-property", "property "+quoted(name)+" is not defined", "")
	found.Path = exprPath(w.expr)
	if found.Hint = w.misplaced(i, names); found.Hint == "" {
		found.name, found.names = name, names
	}
	return unknownPlace(), true
}

// fail reports that accessor i cannot be applied.
func (w walker) fail(i int, code, message, hint string) (place, bool) {
	if w.expr == nil {
		return w.noValue("")
	}
	w.reportAt(w.mark(i, i), code, message, hint)
	return unknownPlace(), true
}

// noValue reports that a path of the caller's leads nowhere.
func (w walker) noValue(hint string) (place, bool) {
	w.reportPlain("no-value-at-path", "no value at "+quoted(w.path.String()), hint)
	return unknownPlace(), true
}

func (w walker) reportAt(mark syntax.Mark, code, message, hint string) {
	w.report(mark, code, message, hint).Path = exprPath(w.expr)
}
