package eval

import (
	"fmt"
	"iter"
	"slices"

	"github.com/escapement-go/escapement/eval/internal/syntax"
	"github.com/escapement-go/escapement/schema"
)

// An Environment is the result of an operation. It is immutable and safe for concurrent use.
type Environment struct {
	Name        string      // canonical name; "<yaml>" for a text without a name
	Values      Value       // an object; what could not be computed is unknown
	Diagnostics Diagnostics // all of the operation, warnings included

	variables []variable
	files     []variable
	document  *syntax.Document // for exported expressions; nil if there was nothing to parse
	context   Value
	secrets   func() []string // a function, so that nothing prints them
}

type variable struct {
	name  string
	value Value // a string
}

// Variables returns the members of environmentVariables as strings, in ascending order. Unknown ones are left out, and
// those that files has too.
func (e *Environment) Variables() iter.Seq2[string, Value] { return sequence(e.variables) }

// Files returns the members of files as strings, in ascending order. Unknown ones are left out.
func (e *Environment) Files() iter.Seq2[string, Value] { return sequence(e.files) }

// Secrets returns the text of every secret that was met on the way to the result, in no order: those that stand in the
// result, and those that others were made of. It is for keeping them out of what is printed.
func (e *Environment) Secrets() iter.Seq[string] {
	if e.secrets == nil {
		return slices.Values([]string(nil))
	}
	return slices.Values(e.secrets())
}

func sequence(variables []variable) iter.Seq2[string, Value] {
	return func(yield func(string, Value) bool) {
		for _, v := range variables {
			if !yield(v.name, v.value) {
				return
			}
		}
	}
}

// Schema describes the values of the environment. It lists neither the texts of secrets nor the members of secret
// objects.
func (e *Environment) Schema() *schema.Schema { return inferSchema(e.Values.data()) }

// Format prints the name of the environment and its values as redacted JSON, whatever the verb.
func (e Environment) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "%s %s", e.Name, e.Values) }
