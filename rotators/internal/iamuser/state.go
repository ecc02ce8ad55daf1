package iamuser

import (
	"fmt"
	"maps"
	"time"

	"github.com/escapement-go/escapement/schema"
)

// Members are those of an object of the state. Those that a program does not know are kept.
type Members map[string]any

// Copy returns other members that are the same.
func (m Members) Copy() Members {
	copied := Members{}
	maps.Copy(copied, m)
	return copied
}

// Put adds what is there.
func (m Members) Put(name string, v any) {
	switch v := v.(type) {
	case time.Time:
		if !v.IsZero() {
			m[name] = v.UTC().Format(time.RFC3339Nano)
		}
	case string:
		if v != "" {
			m[name] = v
		}
	case bool:
		if v {
			m[name] = v
		}
	case Members:
		if len(v) > 0 {
			m[name] = map[string]any(v)
		}
	case []any:
		if len(v) > 0 {
			m[name] = v
		}
	default:
		m[name] = v
	}
}

// A StateReader reads what was saved, or what somebody wrote by hand. It remembers the first thing that is wrong.
type StateReader struct{ err *Error }

// Err returns the first thing that is wrong; nil if all is well.
func (r *StateReader) Err() error {
	if r.err == nil {
		return nil
	}
	return r.err
}

// Fail says what is wrong with the member of that path; the text begins with a verb.
func (r *StateReader) Fail(path, format string, args ...any) {
	if r.err == nil {
		r.err = &Error{Code: "bad-state", Text: fmt.Sprintf("%q "+format, append([]any{path}, args...)...)}
	}
}

// A Place is a value of the state with its path.
type Place struct {
	Path  string
	Value any // nil: absent

	secret bool
}

// An Object takes its members out of Rest as they are read.
type Object struct {
	Path string
	Rest Members

	r *StateReader
}

// Object reads an object.
func (r *StateReader) Object(p Place) *Object {
	o := &Object{r: r, Path: p.Path, Rest: Members{}}
	m, isObject := p.Value.(map[string]any)
	if !isObject {
		if p.Value != nil {
			r.Fail(p.Path, "must be an object")
		}
		return o
	}
	for name, v := range m {
		if p.secret {
			v = schema.SecretData(v)
		}
		o.Rest[name] = v
	}
	return o
}

// Member takes a member out, revealed if it is secret.
func (o *Object) Member(name string) Place {
	v := o.Rest[name]
	delete(o.Rest, name)
	return revealed(o.Path+"."+name, v, false)
}

func revealed(path string, v any, secret bool) Place {
	if s, isSecret := v.(schema.Secret); isSecret {
		return Place{Path: path, Value: s.Data(), secret: true}
	}
	return Place{Path: path, Value: v, secret: secret}
}

// Text takes a string out; empty if there is none.
func (o *Object) Text(name string) string {
	p := o.Member(name)
	text, isText := p.Value.(string)
	if p.Value != nil && !isText {
		o.r.Fail(p.Path, "must be a string")
	}
	return text
}

// RequiredText takes a string out that must be there.
func (o *Object) RequiredText(name string) string {
	text := o.Text(name)
	if text == "" {
		o.r.Fail(o.Path+"."+name, "is missing")
	}
	return text
}

// Time takes a time out; zero if there is none.
func (o *Object) Time(name string) time.Time { return o.parseTime(name, o.Text(name)) }

// RequiredTime takes a time out that must be there.
func (o *Object) RequiredTime(name string) time.Time { return o.parseTime(name, o.RequiredText(name)) }

func (o *Object) parseTime(name, text string) time.Time {
	if text == "" {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil || t.IsZero() {
		o.r.Fail(o.Path+"."+name, `is not a time such as "2025-01-01T12:00:00Z"`)
	}
	return t.UTC()
}

// Items reads an array.
func (r *StateReader) Items(p Place) []Place {
	list, isList := p.Value.([]any)
	if p.Value != nil && !isList {
		r.Fail(p.Path, "must be an array")
	}
	var items []Place
	for i, v := range list {
		items = append(items, revealed(fmt.Sprintf("%s[%d]", p.Path, i), v, p.secret))
	}
	return items
}
