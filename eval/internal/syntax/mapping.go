package syntax

import (
	"slices"
	"strings"

	"github.com/escapement-go/escapement/eval/internal/yamltext"
)

// A pair is one entry of a mapping after its merge keys have been resolved.
type pair struct {
	key     string
	keyNode *yamltext.Node
	value   *yamltext.Node
	merged  bool // it comes from a merge key
}

// mapping returns the entries of a mapping: its own in document order, then those that its merge keys add. Keys that
// are not strings and repetitions are reported and left out.
func (p *parser) mapping(n *yamltext.Node) []pair {
	return p.entries(n, func(_ *yamltext.Node, text string) (string, bool) { return text, true }).pairs
}

// properties is mapping with keys as they are read inside "values".
func (p *parser) properties(n *yamltext.Node) entries {
	if known, ok := p.known[n]; ok {
		return known
	}
	read := p.entries(n, func(key *yamltext.Node, text string) (string, bool) {
		text, ok := Literal(text)
		if !ok {
			p.report(key, "interpolated-key", "key cannot contain an interpolation", `write "$$" for a literal "$"`)
		}
		return text, ok
	})
	if p.known != nil {
		p.known[n] = read
	}
	return read
}

func (p *parser) entries(n *yamltext.Node, read func(*yamltext.Node, string) (string, bool)) entries {
	m := entries{pairs: make([]pair, 0, len(n.Content)/2)}
	var merges []*yamltext.Node
	var mergeKey *yamltext.Node
	for i := 0; i+1 < len(n.Content); i += 2 {
		keyNode, value := n.Content[i], n.Content[i+1]
		if keyNode.IsMerge() {
			if mergeKey != nil {
				p.duplicate(keyNode, "<<", mergeKey)
			}
			mergeKey, merges = keyNode, append(merges, value)
			continue
		}
		text, ok := p.key(keyNode)
		if !ok {
			continue
		}
		key, ok := read(keyNode, text)
		if !ok {
			continue
		}
		if first := m.add(pair{key: key, keyNode: keyNode, value: value}); first != nil {
			p.duplicate(keyNode, key, first)
		}
	}
	for _, merge := range merges {
		p.merge(&m, merge)
	}
	return m
}

// entries are the pairs of a mapping, each key once.
type entries struct {
	pairs []pair
	index map[string]int // by key, once there are more than fewEntries
}

const fewEntries = 8

// add appends a pair, unless its key is there already: then it returns the key's node.
func (m *entries) add(added pair) (first *yamltext.Node) {
	if i, ok := m.find(added.key); ok {
		return m.pairs[i].keyNode
	}
	m.pairs = append(m.pairs, added)
	switch {
	case m.index != nil:
		m.index[added.key] = len(m.pairs) - 1
	case len(m.pairs) > fewEntries:
		m.index = make(map[string]int, cap(m.pairs))
		for i := range m.pairs {
			m.index[m.pairs[i].key] = i
		}
	}
	return nil
}

func (m *entries) find(key string) (int, bool) {
	if m.index != nil {
		i, ok := m.index[key]
		return i, ok
	}
	i := slices.IndexFunc(m.pairs, func(p pair) bool { return p.key == key })
	return i, i >= 0
}

func (p *parser) duplicate(keyNode *yamltext.Node, key string, first *yamltext.Node) {
	p.report(keyNode, "duplicate-key", "key "+Quote(key)+" appears twice in one mapping", "remove one of them")
	issue := &p.doc.Issues[len(p.doc.Issues)-1]
	issue.Related = []yamltext.Related{{Note: "the first one", Span: p.doc.Source.Span(first)}}
}

// key returns the text of a key, which is a scalar that resolves to a string.
func (p *parser) key(n *yamltext.Node) (string, bool) {
	scalar, ok := p.scalar(n)
	if !ok && target(n) != nil && target(n).Kind == yamltext.Scalar {
		return "", false // reported
	}
	if !ok || scalar.Kind != yamltext.String {
		p.report(n, "key-not-string", "key is "+p.kind(n)+", not a string", "put it in quotes")
		return "", false
	}
	return scalar.Text, true
}

// merge adds the members of the mappings that a merge key names to those that are there.
func (p *parser) merge(m *entries, n *yamltext.Node) {
	sources := []*yamltext.Node{n}
	if t := target(n); t != nil && t.Kind == yamltext.List && n.Kind != yamltext.Alias {
		sources = t.Content
	}
	for _, source := range sources {
		t := target(source)
		if t == nil {
			continue // an alias cycle, reported
		}
		if t.Kind != yamltext.Mapping {
			p.report(source, "invalid-merge-key", `"<<" merges mappings, not `+p.kind(t), `put "<<" in quotes for an ordinary key`)
			continue
		}
		for _, pair := range p.properties(t).pairs {
			pair.merged = true
			m.add(pair)
		}
	}
}

// checkKeys reports the keys of a part of the document that is not evaluated.
func (p *parser) checkKeys(n *yamltext.Node) {
	switch n.Kind {
	case yamltext.Mapping:
		for _, pair := range p.mapping(n) {
			if !pair.merged {
				p.checkKeys(pair.value)
			}
		}
	case yamltext.List:
		for _, item := range n.Content {
			p.checkKeys(item)
		}
	}
}

// scalar resolves a scalar, or an alias of one, and reports what is wrong with it.
func (p *parser) scalar(n *yamltext.Node) (yamltext.Resolved, bool) {
	n = target(n)
	if n == nil || n.Kind != yamltext.Scalar {
		return yamltext.Resolved{}, false
	}
	scalar, issue := yamltext.Resolve(n, p.limits.Digits, p.limits.Exponent)
	if issue == nil {
		return scalar, true
	}
	p.resolved(n, issue)
	return scalar, issue.Warning
}

// resolved reports what resolving a node found.
func (p *parser) resolved(n *yamltext.Node, issue *yamltext.Issue) {
	issue.Span = p.doc.Source.Span(n)
	if issue.Code == "unknown-tag" {
		issue.Span = p.doc.Source.TagSpan(n)
	}
	p.doc.Issues = append(p.doc.Issues, Issue{Issue: *issue})
}

// kind names the kind of a node in messages.
func (p *parser) kind(n *yamltext.Node) string {
	n = target(n)
	if n == nil {
		return "an alias of itself"
	}
	switch n.Kind {
	case yamltext.List:
		return "array"
	case yamltext.Mapping:
		return "object"
	}
	scalar, _ := yamltext.Resolve(n, p.limits.Digits, p.limits.Exponent)
	return scalar.Kind.String()
}

// sortMembers puts the members of a mapping, which came of those entries, into their order.
func sortMembers(e *Expr, from entries) {
	slices.SortFunc(e.Members, func(a, b Member) int { return strings.Compare(a.Key, b.Key) })
	if from.index == nil {
		return
	}
	e.index = from.index
	clear(e.index)
	for i := range e.Members {
		e.index[e.Members[i].Key] = i
	}
}
