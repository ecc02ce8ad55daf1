package schema

// A Step says what a schema tells about a part of the data, which is not known yet.
type Step uint8

const (
	// Defined says that the schema describes the part, or describes no parts at all.
	Defined Step = iota
	// Undeclared says that the schema lists other properties, but leaves room for this one, too.
	Undeclared
	// Missing says that there can be no such property or element.
	Missing
	// NameOnArray says that the data cannot be an object, but an array, which has no properties.
	NameOnArray
	// IndexOnObject says that the data cannot be an array, but an object, which has no elements.
	IndexOnObject
	// NotContainer says that the data can be neither an object nor an array.
	NotContainer
)

// Property returns the schema of a property of an unknown object, and what s tells about it. The schema is nil if there
// is no such property, and may otherwise be used apart from s: it has Defs for its references, and Secret is set if the
// property is secret.
//
// Over AnyOf and OneOf it unites the alternatives that have the property.
func (s *Schema) Property(name string) (*Schema, Step) {
	return s.step(func(v view) outcome { return ownProperty(v, name) })
}

// Element returns the schema of an element of an unknown array, counted from 0, and what s tells about it, just as
// Property does.
func (s *Schema) Element(i int) (*Schema, Step) {
	return s.step(func(v view) outcome { return ownElement(v, i) })
}

func (s *Schema) step(own func(view) outcome) (*Schema, Step) {
	f := fold[outcome]{own: own, both: outcome.and, either: outcome.or, open: outcome{silent: true}}
	result := f.of(top(s))
	if result.fails() {
		return nil, result.step
	}
	part := result.schema()
	if part == nil {
		part = &Schema{}
	}
	if !part.Secret && (result.secret || part.IsSecret()) {
		c := *part
		c.Secret, part = true, &c
	}
	return part, result.step
}

// An outcome is what a part of a schema says about a step.
type outcome struct {
	step   Step
	silent bool      // with Defined: nothing is said, which others may do
	anyOf  []*Schema // how the part is described; none: anything
	secret bool
}

func ownProperty(v view, name string) outcome {
	switch k := v.kinds(); {
	case k&objectKind != 0:
	case k&arrayKind != 0:
		return outcome{step: NameOnArray}
	case k != 0:
		return outcome{step: NotContainer}
	}
	if v.Never || v.excludes(name) {
		return outcome{step: Missing}
	}
	if property, ok := v.property(name); ok {
		return outcome{anyOf: []*Schema{property.alone()}}
	}
	if len(v.Properties) > 0 {
		return outcome{step: Undeclared, secret: v.secret}
	}
	return outcome{silent: true, secret: v.secret}
}

func ownElement(v view, i int) outcome {
	switch k := v.kinds(); {
	case k&arrayKind != 0:
	case k&objectKind != 0:
		return outcome{step: IndexOnObject}
	case k != 0:
		return outcome{step: NotContainer}
	}
	if v.Never || i < 0 {
		return outcome{step: Missing}
	}
	element, ok := v.element(i)
	switch {
	case !ok:
		return outcome{silent: true, secret: v.secret}
	case element.Never:
		return outcome{step: Missing}
	}
	return outcome{anyOf: []*Schema{element.alone()}}
}

func (o outcome) fails() bool { return o.step >= Missing }

// schema describes the part; nil: anything.
func (o outcome) schema() *Schema {
	switch len(o.anyOf) {
	case 0:
		return nil
	case 1:
		return o.anyOf[0]
	}
	return &Schema{AnyOf: o.anyOf}
}

// and is the outcome where both schemas hold.
func (o outcome) and(p outcome) outcome {
	switch {
	case o.fails():
		return o
	case p.fails():
		return p
	}
	result := outcome{step: min(o.step, p.step), secret: o.secret || p.secret, anyOf: o.anyOf}
	if o.silent || p.silent {
		result.step, result.silent = max(o.step, p.step), o.silent && p.silent
	}
	switch one, other := o.schema(), p.schema(); {
	case one == nil:
		result.anyOf = p.anyOf
	case other != nil:
		result.anyOf = []*Schema{{AllOf: []*Schema{one, other}}}
	}
	return result
}

// or is the outcome where one of two schemas holds. It fails only if both do, for the reason that tells more.
func (o outcome) or(p outcome) outcome {
	switch {
	case o.fails() && (!p.fails() || p.step < o.step):
		return p
	case p.fails():
		return o
	}
	result := outcome{step: min(o.step, p.step), secret: o.secret || p.secret}
	result.silent = result.step == Defined && (o.silent || o.step != Defined) && (p.silent || p.step != Defined)
	if len(o.anyOf) > 0 && len(p.anyOf) > 0 {
		result.anyOf = append(o.anyOf[:len(o.anyOf):len(o.anyOf)], p.anyOf...)
	}
	return result
}

// MaxElements returns how many elements an array of this schema can have because no more of them are described. It
// reports false if there is no such limit.
func (s *Schema) MaxElements() (int, bool) {
	const unlimited = -1
	f := fold[int]{open: unlimited}
	f.own = func(v view) int {
		if v.Items != nil && v.Items.Never {
			return len(v.PrefixItems)
		}
		return unlimited
	}
	f.both = func(a, b int) int {
		if a == unlimited || b == unlimited {
			return max(a, b)
		}
		return min(a, b)
	}
	f.either = func(a, b int) int {
		if a == unlimited || b == unlimited {
			return unlimited
		}
		return max(a, b)
	}
	n := f.of(top(s))
	return max(n, 0), n != unlimited
}

// Names returns the properties that s lists, in whatever combination, ascending. Those of secret parts are left out.
func (s *Schema) Names() []string {
	met := map[string]bool{}
	for _, part := range top(s).parts(possible) {
		if part.secret {
			continue
		}
		for _, name := range part.allowedNames() {
			met[name] = true
		}
	}
	return sortedKeys(met)
}
