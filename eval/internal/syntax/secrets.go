package syntax

import (
	"slices"
	"strings"

	"github.com/escapement-go/escapement/eval/internal/yamltext"
)

// A WrittenSecret is a call of fn::secret that stands anywhere in a document, evaluated or not.
type WrittenSecret struct {
	Path   []any          // of the argument: string keys as YAML reads them, and int indices
	Node   *yamltext.Node // what holds Text
	Cipher bool           // Text is an envelope, not the plaintext
	Block  bool           // the envelope stands on a line of its own
	Text   string
}

// WrittenSecrets lists the secrets that stand in a document, in the order of the text. Those that are malformed, so that
// nobody can tell what is to be kept secret, are reported instead.
func WrittenSecrets(source *yamltext.Document, limits Limits) ([]WrittenSecret, []Issue) {
	w := secretWalker{parser: &parser{doc: &Document{Source: source}, limits: limits}}
	if source.Root != nil {
		w.walk(source.Root)
	}
	return w.secrets, w.doc.Issues
}

type secretWalker struct {
	*parser
	path    []any
	secrets []WrittenSecret
}

func (w *secretWalker) walk(n *yamltext.Node) {
	for i, part := range n.Content {
		switch {
		case n.Kind == yamltext.List:
			w.at(i, func() { w.walk(part) })
		case i%2 == 1:
			w.member(n, n.Content[i-1], part)
		}
	}
}

// at does something one step further down the path.
func (w *secretWalker) at(step any, do func()) {
	w.path = append(w.path, step)
	do()
	w.path = w.path[:len(w.path)-1]
}

func (w *secretWalker) member(mapping, key, value *yamltext.Node) {
	text := ""
	if t := target(key); t != nil && t.Kind == yamltext.Scalar {
		text = t.Value
	}
	w.at(text, func() {
		switch {
		case !strings.EqualFold(text, "fn::secret"):
			w.walk(key)
			w.walk(value)
		case text != "fn::secret":
			w.report(key, "unknown-function", "unknown function "+Quote(text), `did you mean "fn::secret"?`)
		case len(mapping.Content) != 2:
			w.report(key, "call-not-alone", `function "fn::secret" stands beside other keys`, "give it a mapping of its own")
		default:
			w.secret(value)
		}
	})
}

// secret reads the argument of fn::secret.
func (w *secretWalker) secret(n *yamltext.Node) {
	if n.Kind == yamltext.Alias {
		w.report(n, "secret-not-literal", `the text of "fn::secret" stands elsewhere, behind an alias`, "write it here")
		return
	}
	found := WrittenSecret{Path: slices.Clone(w.path), Node: n}
	if n.Kind == yamltext.Mapping {
		if len(n.Content) != 2 || n.Content[0].Value != "ciphertext" || n.Content[1].Kind == yamltext.Alias {
			w.notLiteral(n)
			return
		}
		found.Node, found.Cipher, found.Block = n.Content[1], true, n.Style == yamltext.Block
	}
	scalar, ok := w.scalar(found.Node)
	if found.Node.Kind != yamltext.Scalar || ok && scalar.Kind != yamltext.String {
		w.notLiteral(n)
		return
	}
	if !ok {
		return // reported
	}
	if found.Text, ok = Literal(scalar.Text); !ok {
		w.notLiteral(found.Node)
		return
	}
	w.secrets = append(w.secrets, found)
}
