package schema

// A fold computes what a schema says as a whole from what its parts say: Ref and AllOf add to it, AnyOf and OneOf leave
// a choice. Bounds, patterns and Not are left to own.
type fold[T any] struct {
	own    func(view) T
	both   func(a, b T) T // what must hold together
	either func(a, b T) T // what may hold
	open   T              // what a schema says that is met again below itself: nothing

	known map[view]T
}

func (f *fold[T]) of(v view) T {
	if result, met := f.known[v]; met {
		return result
	}
	if f.known == nil {
		f.known = map[view]T{}
	}
	f.known[v] = f.open
	result := f.own(v)
	if v.Ref != "" {
		if target, ok := v.target(); ok {
			result = f.both(result, f.of(target))
		}
	}
	for _, part := range v.AllOf {
		result = f.both(result, f.of(v.to(part)))
	}
	for _, alternatives := range [][]*Schema{v.AnyOf, v.OneOf} {
		if len(alternatives) > 0 {
			result = f.both(result, f.choice(v, alternatives))
		}
	}
	f.known[v] = result
	return result
}

func (f *fold[T]) choice(v view, alternatives []*Schema) T {
	result := f.of(v.to(alternatives[0]))
	for _, alternative := range alternatives[1:] {
		result = f.either(result, f.of(v.to(alternative)))
	}
	return result
}

// possibleKinds returns the kinds that s leaves.
func (s *Schema) possibleKinds() kinds {
	f := fold[kinds]{
		own:    view.kinds,
		both:   func(a, b kinds) kinds { return a & b },
		either: func(a, b kinds) kinds { return a | b },
		open:   anyKind,
	}
	return f.of(top(s))
}

// Kinds returns the kinds that a value of this schema can have as far as its types and constants tell: some of array,
// boolean, null, number, object and string, in this order.
func (s *Schema) Kinds() []string { return s.possibleKinds().names() }

// Admits tells whether a value of the type, a name as in Type, could fit.
func (s *Schema) Admits(kind string) bool {
	k, _ := kindsNamed(kind)
	return s.possibleKinds()&k != 0
}
