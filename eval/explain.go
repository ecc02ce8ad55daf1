package eval

import "context"

// An Explanation says where one value comes from. It holds no text of a secret: its values print redacted.
type Explanation struct {
	Environment string  // whose value it is: a canonical name; "" for a value that the host put under ${context}
	Path        string  // of the value; "" for all values of the environment
	Value       Value   // as far as it is known without a call
	Secret      bool    // the value or a part of it is secret
	Layers      []Layer // what it is made of, the highest first

	Repeated  bool // it stands in full further up in the tree, and here without its layers
	Truncated bool // the tree has become too large, so that the layers are left out

	Diagnostics Diagnostics // of the explanation that was asked for
}

// A Layer is what one document contributes to a value. The highest comes first: what the document itself writes, then
// its imports from the last to the first, each with what it imports.
type Layer struct {
	Range Range     // where it is written; without a place if the document could not be read
	Path  string    // of what is written there, in its document, such as "values.login"
	Part  string    // which part of what is written there it is; "" for all of it
	Role  LayerRole // what becomes of it
	Kind  LayerKind // what the document writes there
	Name  string    // of the provider, the rotator or the function, such as "fn::join"

	Literal    Value       // of a literal that is written out
	Secret     bool        // a secret is written in it
	Final      bool        // it is an argument of fn::final
	References []Reference // in it, in the order of the text
	Truncated  bool        // the tree has become too large, so that some references are left out
}

// A Reference is what an expression refers to.
type Reference struct {
	Path  string       // as it is written, such as environments.aws.oidc.login
	Range Range        // where that is
	To    *Explanation // nil if the reference is wrong, means all imports, or stands in a layer that does not count
}

// A LayerRole says what becomes of a layer.
type LayerRole string

// The roles of layers.
const (
	RoleValue      LayerRole = "value"      // the highest one that counts
	RoleMerged     LayerRole = "merged"     // an object, or what may be one, that lies below others
	RoleOverridden LayerRole = "overridden" // hidden by one above
	RoleIgnored    LayerRole = "ignored"    // one below is final
)

// A LayerKind says what a document writes for a value.
type LayerKind string

// The kinds of layers.
const (
	LayerLiteral   LayerKind = "literal"
	LayerText      LayerKind = "text" // with references in it
	LayerReference LayerKind = "reference"
	LayerList      LayerKind = "list"
	LayerObject    LayerKind = "object"
	LayerSecret    LayerKind = "secret"
	LayerProvider  LayerKind = "provider"
	LayerRotator   LayerKind = "rotator"
	LayerFunction  LayerKind = "function" // any other
	LayerUnread    LayerKind = "unread"   // the document, or what stands there, could not be read
)

// Explain says where the value at a path of an environment comes from: what each document contributes to it, and the
// same for all that these contributions refer to. Like Check it calls no provider or rotator, and it evaluates nothing
// but what the value needs.
//
// The explanation is never nil: it holds what could be found out. Errors are those of Open.
func (e *Evaluator) Explain(ctx context.Context, name, path string) (*Explanation, error) {
	explanation := &Explanation{Path: path}
	env, err := e.evaluate(ctx, request{
		verb: checking, name: name, paths: []string{path},
		gather: func(o *operation, t *task) bool {
			x := &explainer{operation: o, task: t, seen: map[string]bool{}}
			explanation = x.explain(o.root, o.paths[0])
			return !x.waits
		},
	})
	explanation.Environment, explanation.Diagnostics = env.Name, env.Diagnostics
	return explanation, err
}
