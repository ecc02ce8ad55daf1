package eval

import "github.com/escapement-go/escapement/eval/internal/syntax"

// A Pinner is a Loader whose versions are of all environments at once, such as the revisions of a repository. What a
// document names is loaded under the name that Pin returns; of a Loader that is no Pinner, under the name that is written.
type Pinner interface {
	Loader

	// Pin returns the canonical name of the environment that the document of an environment means by a name, which is
	// canonical, too. It is pure and does no I/O. A result that is no canonical name counts as the name itself.
	Pin(document, name string) string
}

// named returns the environment that the document of another one means by a canonical name.
func (o *operation) named(in *env, name string) *env { return o.env(o.pinned(in, name)) }

func (o *operation) pinned(in *env, name string) string {
	if p, ok := o.Loader.(Pinner); ok {
		if pinned := p.Pin(in.name, name); syntax.IsCanonical(pinned) {
			return pinned
		}
	}
	return name
}
