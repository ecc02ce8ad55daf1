package syntax

import (
	"strings"

	"github.com/escapement-go/escapement/eval/internal/yamltext"
	"github.com/escapement-go/escapement/schema"
)

// hideSecrets keeps what stands under fn::secret, anywhere in the document and in whatever form, out of the excerpts of
// diagnostics; also under a name that is none and was perhaps meant to be fn::secret.
func (p *parser) hideSecrets(n *yamltext.Node) {
	for i, part := range n.Content {
		if n.Kind == yamltext.Mapping && i%2 == 1 {
			key, value := target(n.Content[i-1]), target(part)
			if key != nil && value != nil && p.meansSecret(key.Value) && !isEnvelope(value) {
				p.doc.Secrets = append(p.doc.Secrets, Mark{Doc: p.doc, Node: value})
				continue
			}
		}
		p.hideSecrets(part)
	}
}

func (p *parser) meansSecret(key string) bool {
	switch {
	case strings.EqualFold(key, "fn::secret"):
		return true
	case !HasFunctionPrefix(key) || strings.Count(key, "::") > 1:
		return false
	}
	_, known := p.functions[key]
	return !known && schema.Nearest(key, p.functions.names()) == "fn::secret"
}

// isEnvelope reports whether what stands under fn::secret is a ciphertext, which nobody has to hide.
func isEnvelope(n *yamltext.Node) bool {
	if n.Kind != yamltext.Mapping || len(n.Content) != 2 || n.Content[0].Value != "ciphertext" {
		return false
	}
	text := target(n.Content[1])
	return text != nil && strings.HasPrefix(text.Value, "ZXNjeAAAAAE") // the beginning of every envelope
}
