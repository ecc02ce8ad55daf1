package schema

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// A view is a schema where it stands: with the Defs that its references mean, and with the secrecy of what is around it.
type view struct {
	*Schema
	defs   *Schema // the innermost schema around it with Defs; nil: none
	secret bool
}

// anything stands for schemas that are not there.
var anything = &Schema{}

// top is the view of a schema that stands alone.
func top(s *Schema) view { return view{}.to(s) }

// to is the view of s, a part of v's schema.
func (v view) to(s *Schema) view {
	if s == nil {
		s = anything
	}
	if s.Defs != nil {
		v.defs = s
	}
	return view{s, v.defs, v.secret || s.Secret}
}

// target follows Ref. It reports false if that names nothing.
func (v view) target() (view, bool) {
	if v.defs == nil {
		return view{}, false
	}
	name, ok := refName(v.Ref)
	s, found := v.defs.Defs[name]
	if !ok || !found {
		return view{}, false
	}
	return view{defs: v.defs, secret: v.secret}.to(s), true
}

const refPrefix = "#/$defs/"

// refName returns the name in a reference, without the escapes of fragments (percent) and JSON pointers (tilde).
func refName(ref string) (string, bool) {
	if strings.Contains(ref, "%") {
		decoded, err := url.PathUnescape(ref)
		if err != nil {
			return "", false
		}
		ref = decoded
	}
	name, ok := strings.CutPrefix(ref, refPrefix)
	if !ok || strings.Contains(name, "/") {
		return "", false
	}
	if !strings.Contains(name, "~") {
		return name, true
	}
	if badEscape.MatchString(name) {
		return "", false
	}
	return unescape.Replace(name), true
}

var (
	badEscape = regexp.MustCompile(`~[^01]|~$`)
	unescape  = strings.NewReplacer("~1", "/", "~0", "~")
	escape    = strings.NewReplacer("~", "~0", "/", "~1")
)

// refTo is the reference that refName takes apart.
func refTo(name string) string {
	return refPrefix + url.PathEscape(escape.Replace(name))
}

// alone is a schema that means outside what v means where it stands.
func (v view) alone() *Schema {
	s := v.Schema
	if s == anything {
		s = &Schema{}
	}
	adoptDefs := s.Defs == nil && v.defs != nil
	if !adoptDefs && s.Secret == v.secret {
		return s
	}
	c := *s
	if adoptDefs {
		c.Defs = v.defs.Defs
	}
	c.Secret = v.secret
	return &c
}

// A reach says which schemas count as parts of one: those that apply to the same data.
type reach bool

const (
	certain  reach = false // what Ref names and AllOf lists
	possible reach = true  // also what AnyOf and OneOf list
)

// parts returns v and its parts, each once; references to nothing are left out.
func (v view) parts(of reach) []view { return partsOf([]view{v}, of) }

func partsOf(views []view, of reach) []view {
	if len(views) == 0 || len(views) == 1 && !views[0].branches() {
		return views
	}
	var parts []view
	met := map[view]bool{}
	var add func(v view)
	add = func(v view) {
		if met[v] {
			return
		}
		met[v] = true
		parts = append(parts, v)
		if v.Ref != "" {
			if target, ok := v.target(); ok {
				add(target)
			}
		}
		for _, s := range v.AllOf {
			add(v.to(s))
		}
		if of == possible {
			for _, s := range slices.Concat(v.AnyOf, v.OneOf) {
				add(v.to(s))
			}
		}
	}
	for _, v := range views {
		add(v)
	}
	return parts
}

// property returns what v says about a property: the schema it lists, that for all others, or none.
func (v view) property(name string) (view, bool) {
	if s, ok := v.Properties[name]; ok {
		return v.to(s), true
	}
	if v.AdditionalProperties != nil {
		return v.to(v.AdditionalProperties), true
	}
	return view{}, false
}

// element returns what v says about an element.
func (v view) element(i int) (view, bool) {
	if i < len(v.PrefixItems) {
		return v.to(v.PrefixItems[i]), true
	}
	if v.Items != nil {
		return v.to(v.Items), true
	}
	return view{}, false
}

// propertiesOf returns what schemas that apply together say about a property.
func propertiesOf(parts []view, name string) []view {
	var views []view
	for _, part := range parts {
		if property, ok := part.property(name); ok {
			views = append(views, property)
		}
	}
	return views
}

// elementsOf returns the parts of what schemas that apply together say about the element at a position.
func elementsOf(parts []view, of reach) func(i int) []view {
	prefix := 0
	for _, part := range parts {
		prefix = max(prefix, len(part.PrefixItems))
	}
	at := func(i int) []view {
		var views []view
		for _, part := range parts {
			if element, ok := part.element(i); ok {
				views = append(views, element)
			}
		}
		return partsOf(views, of)
	}
	rest := at(prefix) // behind all prefixes the elements are alike
	return func(i int) []view {
		if i < prefix {
			return at(i)
		}
		return rest
	}
}

// excludes tells whether v says that there is no such property, besides what it says about kinds.
func (v view) excludes(name string) bool {
	if s, ok := v.Properties[name]; ok {
		return s != nil && s.Never
	}
	return v.AdditionalProperties != nil && v.AdditionalProperties.Never
}

// kinds returns the kinds that v alone, without its references and combinations, leaves.
func (v view) kinds() kinds {
	if v.Never {
		return 0
	}
	return v.typeKinds() & v.constantKinds()
}

func (v view) typeKinds() kinds {
	if len(v.Type) == 0 {
		return anyKind
	}
	var k kinds
	for _, name := range v.Type {
		named, _ := kindsNamed(name)
		k |= named
	}
	return k
}

// constantKinds returns the kinds of Const or Enum. Parts that are unknown could be anything.
func (v view) constantKinds() kinds {
	constants, ok := v.constants()
	if !ok {
		return anyKind
	}
	var k kinds
	for _, c := range constants {
		k |= exactKind(c)
	}
	return k
}

// constants returns the only values that v admits, if Const or Enum say so.
func (v view) constants() ([]any, bool) {
	if v.Const != nil {
		return []any{v.Const}, true
	}
	return v.Enum, v.Enum != nil
}

// exactKind is the one kind of v, with integers told from fractions; any kind if v is unknown.
func exactKind(v any) kinds {
	v, _ = unmark(v)
	switch k := kindOf(v); {
	case k == 0:
		return anyKind
	case k != numberKind:
		return k
	case number(v).isInteger():
		return integerKind
	}
	return fractionKind
}
