package syntax

// Finals is a tree of the properties of a document whose own expression is a call of fn::final.
type Finals struct {
	Final   *Expr // the call, if the property at this path is final
	Members map[string]*Finals
	First   string // the first name of Members
}

func finalsOf(e *Expr, done map[*Expr]*Finals) *Finals {
	if f, ok := done[e]; ok {
		return f
	}
	var f *Finals
	switch e.Kind {
	case Final:
		f = &Finals{Final: e}
	case Mapping:
		f = finalsIn(e.Members, done)
	}
	done[e] = f
	return f
}

func finalsIn(members []Member, done map[*Expr]*Finals) (f *Finals) {
	for _, m := range members {
		below := finalsOf(m.Value, done)
		switch {
		case below == nil:
		case f == nil:
			f = &Finals{Members: map[string]*Finals{m.Key: below}, First: m.Key}
		default:
			f.Members[m.Key] = below
		}
	}
	return f
}
