package providers

import (
	"fmt"
	"reflect"
	"regexp"
	"strings"
)

// A place is where in the inputs decoding stands.
type place struct {
	path   string // as it is written in a document; empty at the top
	secret bool   // within a secret
}

var plainName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]*$`)

// member returns the place of a member whose name is data, and as secret as the object around it.
func (p place) member(name string) place {
	if p.secret {
		p.path += "[secret]"
		return p
	}
	return p.declared(name)
}

// declared returns the place of a member whose name stands in a Go struct, so that it is no secret.
func (p place) declared(name string) place {
	switch {
	case !plainName.MatchString(name):
		p.path += `["` + strings.ReplaceAll(name, `"`, `\"`) + `"]`
	case p.path == "":
		p.path = name
	default:
		p.path += "." + name
	}
	return p
}

func (p place) index(i int) place {
	p.path += fmt.Sprintf("[%d]", i)
	return p
}

func (p place) errorf(format string, args ...any) error {
	if p.path == "" {
		return fmt.Errorf("the inputs: "+format, args...)
	}
	return fmt.Errorf("at %q: "+format, append([]any{p.path}, args...)...)
}

// mismatch says that to cannot hold what the inputs have.
func (p place) mismatch(to reflect.Value, is string) error {
	return p.errorf("must be %s, is %s", wanted(to.Type()), is)
}

// wanted returns the kind of data that t holds, in the words of a document.
func wanted(t reflect.Type) string {
	switch {
	case t == numberType:
		return "a number"
	case reflect.PointerTo(t).Implements(textType):
		return "a string"
	}
	switch t.Kind() {
	case reflect.Bool:
		return "a boolean"
	case reflect.String:
		return "a string"
	case reflect.Slice:
		return "an array"
	case reflect.Struct, reflect.Map:
		return "an object"
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr,
		reflect.Float32, reflect.Float64:
		return "a number"
	default:
		return "something that fits into the Go type " + t.String()
	}
}
