package yamltext

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"

	third "go.yaml.in/yaml/v3"
)

// TestDifferential reads the corpus and random documents with an independent reader. Both must read
// the same tree, but for the constructs that are listed here, and one may refuse what the other
// accepts only for the reasons listed here. So nothing is ever read differently in silence.
func TestDifferential(t *testing.T) {
	var c comparison
	for _, s := range corpus(t) {
		if err := c.compare(s.text); err != nil {
			t.Errorf("%s: %v in %q", s.name, err, s.text)
		}
	}
	c.check(t, "corpus")
	for _, nasty := range []bool{false, true} {
		c = comparison{}
		forRandom(t, 100_000, nasty, c.compare)
		c.check(t, fmt.Sprintf("random, nasty %v", nasty))
	}
}

// comparison counts what came of comparing documents.
type comparison struct {
	accepted, refused, rewritten, known, differ int
}

// check asserts that the documents were worth the name.
func (c *comparison) check(t *testing.T, name string) {
	t.Helper()
	t.Logf("two readers: %s: %d documents read alike, %d refused by both, %d refused by one for a known reason, %d without a known trap, %d differences",
		name, c.accepted, c.refused, c.known, c.rewritten, c.differ)
	if c.accepted == 0 || c.refused == 0 {
		t.Errorf("%s: %d documents accepted, %d refused: neither may be zero", name, c.accepted, c.refused)
	}
	if limit := (c.accepted + c.refused) / 8; c.known > limit {
		t.Errorf("%s: only one reader refuses %d documents, more than %d", name, c.known, limit)
	}
}

// traps are the constructs that the third reader reads in another way, each with an equivalent that
// it reads in the same way, or that stands for it.
var traps = []struct {
	name string
	old  *regexp.Regexp
	new  string
}{
	{"colon before a comma or bracket", regexp.MustCompile(`:([,\]}])`), `: $1`},
	{"question mark in flow", regexp.MustCompile(`\?`), `q`},
	{"lone tag in full", regexp.MustCompile(`!<!>`), ``},
	{"lone tag", regexp.MustCompile(`(^|[\s\[{,:\x{FEFF}])!([\s,\]}]|$)`), `$1 $2`},
	{"tag before a comma or bracket", regexp.MustCompile(`(![^\s,\[\]{}]*)([,\]}])`), `$1 $2`},
	{"colon in an anchor", regexp.MustCompile(`([&*])[^\s,\[\]{}]*:[^\s,\[\]{}]+`), `${1}n`},
}

// compare reads a text with both readers.
func (c *comparison) compare(text string) error {
	err := c.once(text)
	if err == nil {
		return nil
	}
	for _, trap := range traps {
		text = trap.old.ReplaceAllString(text, trap.new)
	}
	c.rewritten++
	if err = c.once(text); err != nil {
		c.differ++
	}
	return err
}

func (c *comparison) once(text string) error {
	d, issues := Parse([]byte(text), Limits{})
	theirs, err := readThird(d)
	refused := d.Root == nil && len(issues) > 0
	switch {
	case refused && err != nil:
		c.refused++
		return nil
	case refused:
		return c.refusal("we refuse", issues[0].Message)
	case err != nil:
		return c.refusal("the third refuses", err.Error())
	case d.Root == nil || theirs == nil:
		if d.Root != nil || theirs != nil {
			return errors.New("only one reader finds a document")
		}
		return nil
	}
	c.accepted++
	err = sameTree(d.Root, theirs)
	if err != nil && (d.Root.Style == Literal || d.Root.Style == Folded) {
		// A block scalar as the whole document swallows the markers at column 1. Such a document is
		// no mapping, and so refused whatever the text is.
		c.known++
		return nil
	}
	return err
}

// refusals are the reasons why one reader refuses what the other accepts, each with what causes it.
// None of them is silent.
var refusals = map[string]string{
	"we refuse: a character that cannot stand in a document":                          "line ends of YAML 1.1, inner byte-order mark",
	"we refuse: a directive needs `---` on a line below it":                           "directive without document",
	"we refuse: not valid here":                                                       "comment right behind a bracket or quote",
	"we refuse: bracket is not closed, or a comma is missing":                         "colon at the end of a flow value",
	"we refuse: unknown escape":                                                       "escaped single quote",
	"the third refuses: found unknown escape character":                               "escaped slash",
	"we refuse: wrong indentation":                                                    "flow collection that goes on to the left of its key",
	"the third refuses: found character that cannot start any token":                  "tab on a blank line, before a comment, behind a dash",
	"the third refuses: found a tab character that violates indentation":              "tab on a blank line within a value",
	"the third refuses: found a tab character where an indentation space is expected": "tab that begins a line of a block scalar",
	"the third refuses: did not find expected alphabetic or numeric character":        "anchor of other characters",
	"the third refuses: did not find expected comment or line break":                  "anchor of other characters",
	"the third refuses: mapping values are not allowed in this context":               "anchor of other characters, block scalar at column 1",
	"the third refuses: found unexpected end of stream":                               "anchor of other characters, block scalar at column 1",
	"the third refuses: did not find expected whitespace or line break":               "tag of other characters",
	"the third refuses: did not find the expected …":                                  "tag of other characters",
	"the third refuses: did not find expected tag URI":                                "tag of other characters",
	"the third refuses: did not find expected key":                                    "first key absent",
	"the third refuses: did not find expected node content":                           "first key absent in flow, \"...\" without document",
	"the third refuses: did not find expected …":                                      "colon on the line after its key in flow",
	"the third refuses: found unknown directive name":                                 "percent sign in a block scalar at column 1",
	"the third refuses: more than one document":                                       "block scalar at column 1",
}

var (
	noise  = regexp.MustCompile(`^(yaml|invalid YAML): (line \d+: )?`)
	quotes = regexp.MustCompile(`'.*'`)
)

// refusal accepts a refusal for a known reason.
func (c *comparison) refusal(who, message string) error {
	message = noise.ReplaceAllString(message, "")
	reason := who + ": " + quotes.ReplaceAllString(message, "…")
	if _, ok := refusals[reason]; !ok {
		return errors.New(reason)
	}
	c.known++
	return nil
}

// readThird reads the document's text with the third reader, which knows no directives but "%TAG".
func readThird(d *Document) (*third.Node, error) {
	decoder := third.NewDecoder(strings.NewReader(d.masked(func(dir directive) bool { return !dir.tag })))
	var first, second third.Node
	if err := decoder.Decode(&first); err == io.EOF {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	if err := decoder.Decode(&second); err != io.EOF {
		return nil, errors.New("more than one document")
	}
	return first.Content[0], nil
}

// sameTree compares two trees: kinds, styles, texts, tags, anchors, positions and targets.
func sameTree(n *Node, v *third.Node) error {
	same := &sameness{targets: map[*third.Node]*Node{}}
	return same.node(n, v)
}

type sameness struct {
	targets map[*third.Node]*Node
}

func (s *sameness) node(n *Node, v *third.Node) error {
	tag := ""
	if v.Style&third.TaggedStyle != 0 {
		tag = v.Tag
	}
	kind := map[third.Kind]Kind{
		third.ScalarNode: Scalar, third.SequenceNode: List, third.MappingNode: Mapping, third.AliasNode: Alias,
	}[v.Kind]
	differ := func(what string, ours, theirs any) error {
		return fmt.Errorf("%s at %d:%d: %v, third reader %v", what, n.Line, n.Column, ours, theirs)
	}
	s.targets[v] = n
	switch {
	case n.Kind != kind:
		return differ("kind", n.Kind, kind)
	case n.Style != thirdStyle(v):
		return differ("style", n.Style, v.Style)
	case n.Value != v.Value:
		return differ("text", n.Value, v.Value)
	case n.Tag != tag:
		return differ("tag", n.Tag, tag)
	case n.Anchor != v.Anchor:
		return differ("anchor", n.Anchor, v.Anchor)
	case n.Target != nil && n.Target != s.targets[v.Alias]:
		return differ("target", n.Target, v.Alias)
	case len(n.Content) != len(v.Content):
		return differ("length", len(n.Content), len(v.Content))
	case !n.absent() && (n.Line != v.Line || n.Column != v.Column):
		return differ("begin", Pos{Line: n.Line, Column: n.Column}, Pos{Line: v.Line, Column: v.Column})
	}
	for i := range n.Content {
		if err := s.node(n.Content[i], v.Content[i]); err != nil {
			return err
		}
	}
	return nil
}

func thirdStyle(v *third.Node) Style {
	switch {
	case v.Kind&(third.SequenceNode|third.MappingNode) != 0 && v.Style&third.FlowStyle != 0:
		return Flow
	case v.Kind&(third.SequenceNode|third.MappingNode) != 0:
		return Block
	case v.Style&third.DoubleQuotedStyle != 0:
		return DoubleQuoted
	case v.Style&third.SingleQuotedStyle != 0:
		return SingleQuoted
	case v.Style&third.LiteralStyle != 0:
		return Literal
	case v.Style&third.FoldedStyle != 0:
		return Folded
	default:
		return Plain
	}
}
