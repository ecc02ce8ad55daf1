package eval

import (
	"github.com/escapement-go/escapement/eval/internal/syntax"
	"github.com/escapement-go/escapement/schema"
)

// selected returns the value that is to be written.
func (f formatter) selected() (Value, error) {
	if f.opts.Path == "" {
		return f.env.Values, nil
	}
	path, err := syntax.ParsePath(f.opts.Path)
	if err != nil {
		return Value{}, unplaced(err)
	}
	return f.env.at(path)
}

// at returns the value at a path.
func (e *Environment) at(path syntax.Path) (Value, error) {
	v := e.Values
	for i, a := range path {
		next, ok := v.step(a)
		switch {
		case ok:
			v = next
		case !v.Known():
			return Value{d: unknownDatum(nil, v.Secret()), def: v.def}, nil
		default:
			return Value{}, noValue(path, i, v)
		}
	}
	return v, nil
}

// noValue says that step i of a path leads nowhere from v.
func noValue(path syntax.Path, i int, v Value) *Diagnostic {
	d := &Diagnostic{Code: "no-value-at-path", Message: "no value at " + quoted(path.String())}
	if v.Kind() == Object && !v.Secret() && !path[i].IsIndex() {
		if near := schema.Nearest(path[i].Name, v.data().keys); near != "" {
			d.Hint = "did you mean " + quoted(syntax.JoinPath(path[:i].String(), near)) + "?"
		} else {
			d.Hint = membersOf(path[:i], v.data().keys)
		}
	}
	return d
}

func pathNotAllowed(format string) *Diagnostic {
	return &Diagnostic{Code: "path-not-allowed", Message: "format " + format + " takes no path"}
}
