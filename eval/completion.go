package eval

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/escapement-go/escapement/eval/internal/syntax"
	"github.com/escapement-go/escapement/eval/internal/yamltext"
)

// A Completion is something that may stand where somebody types.
type Completion struct {
	Text  string // what it is, as a document writes it: without the colon after a key
	Kind  CompletionKind
	About string // what it is for, in a sentence or two; may be empty
	Range Range  // what it replaces: what has been typed of it
}

// A CompletionKind says what is completed.
type CompletionKind string

// The kinds of completions.
const (
	CompleteKey      CompletionKind = "key"      // of the document, of an import, or of the argument of a function
	CompleteImport   CompletionKind = "import"   // the name of an environment
	CompleteFunction CompletionKind = "function" // the key of a call
	CompleteProperty CompletionKind = "property" // in a reference
	CompleteValue    CompletionKind = "value"    // one among which a schema lets choose
)

// Complete says what may stand at a position of a text in which somebody types: keys, functions, inputs of providers and
// rotators, names in references, and names of environments if the Loader is a [Lister]. The name is that of the
// environment, "" for a text without one; the text need not be saved, nor be a document yet. Lines and columns count from 1,
// columns in code points. What has been typed up to the position is part of each Text.
//
// Complete calls no provider, rotator or crypter, and names no member of a secret object. What is wrong with the text is no
// error: errors are those of a cancelled context, of a name that is none, and of the host.
func (e *Evaluator) Complete(ctx context.Context, name string, src []byte, line, column int) ([]Completion, error) {
	name, err := nameOrNone(name)
	if err != nil {
		return nil, err
	}
	lines := yamltext.NewLines(string(src))
	at := lines.Offset(line, column)
	c := &completer{Evaluator: e, ctx: ctx, name: name, typing: newTyping(string(src), at), at: at, lines: lines}
	if len(src) > e.Limits.withDefaults().Bytes {
		return nil, nil
	}
	if p, ok := c.typing.openPath(at); ok {
		return c.names(p)
	}
	return c.keys()
}

// A completer gathers what may stand at a place.
type completer struct {
	*Evaluator
	ctx    context.Context
	name   string
	typing typing
	at     int
	lines  yamltext.Lines
	all    []Completion
}

// offer adds a completion that replaces a part of the text.
func (c *completer) offer(from, to int, text string, kind CompletionKind, about string) {
	c.all = append(c.all, Completion{text, kind, about, spanRange(c.name, c.lines.Span(from, to))})
}

// sorted returns what has been offered.
func (c *completer) sorted() []Completion {
	slices.SortStableFunc(c.all, func(a, b Completion) int { return strings.Compare(a.Text, b.Text) })
	return slices.CompactFunc(c.all, func(a, b Completion) bool { return a.Text == b.Text })
}

// keys offers what may stand outside of references.
func (c *completer) keys() ([]Completion, error) {
	t := &c.typing
	source, path, key, ok := t.place(c.Limits.withDefaults())
	if !ok {
		return nil, nil
	}
	around := path
	if key {
		around = path[:len(path)-1]
	}
	word := t.text[t.start:c.at]
	offer := func(text string, kind CompletionKind, about string) {
		if strings.HasPrefix(text, word) {
			c.offer(t.start, c.at, text, kind, about)
		}
	}
	present := map[string]bool{}
	if n := source.Lookup(around); key && n != nil && n.Kind == yamltext.Mapping {
		for i := 0; i < len(n.Content); i += 2 {
			present[n.Content[i].Value] = true
		}
	}
	switch {
	case len(around) == 0:
		for name, about := range topLevelKeys {
			if !present[name] {
				offer(name, CompleteKey, about)
			}
		}
	case around[0] == "imports" && len(around) == 2:
		return c.environments(offer)
	case around[0] == "imports" && len(around) == 3 && key:
		offer("merge", CompleteKey, aboutMerge)
	case around[0] == "values":
		c.values(c.expected(source, around), key, present, offer)
	}
	return c.sorted(), nil
}

// topLevelKeys are the keys of a document, with what they are for.
var topLevelKeys = map[string]string{
	"description": "What the environment is for. It has no effect.",
	"imports":     "Environments whose values are merged under those of this one, later ones over earlier ones.",
	"values":      "The values of the environment, merged over its imports.",
}

// values offers keys or a value that somebody expects, and calls in a mapping that has nothing else.
func (c *completer) values(x expectation, key bool, present map[string]bool, offer func(string, CompletionKind, string)) {
	if !key {
		for _, choice := range choices(x.schema) {
			offer(choice, CompleteValue, aboutOf(x.schema))
		}
		return
	}
	for _, name := range x.schema.Names() {
		if written := syntax.Escape(name); !present[written] {
			s, _ := x.schema.Property(name)
			offer(written, CompleteKey, aboutOf(s))
		}
	}
	if x.calls && len(present) <= 1 {
		for name, about := range c.functionNames() {
			offer(name, CompleteFunction, about)
		}
	}
}

// environments offers the names of environments.
func (c *completer) environments(offer func(string, CompletionKind, string)) ([]Completion, error) {
	names, err := c.list()
	for _, name := range names {
		if name != c.name {
			offer(name, CompleteImport, "")
		}
	}
	return c.sorted(), err
}

// list returns the names of all environments, none if nobody can list them. A failure to do so is none of a document.
func (c *completer) list() ([]string, error) {
	lister, ok := c.Loader.(Lister)
	if !ok {
		return nil, nil
	}
	names, err := guarded(func() ([]string, error) { return lister.List(c.ctx) })
	if err != nil && c.ctx.Err() == nil {
		return nil, nil
	}
	return names, c.ctx.Err()
}

// names offers what may follow in a reference.
func (c *completer) names(p openPath) ([]Completion, error) {
	for _, text := range c.typing.without(p, c.at) {
		if source, _ := yamltext.Parse([]byte(text), c.Limits.withDefaults().syntax().Limits); source.Root == nil {
			continue
		}
		members := map[string]string{}
		err := c.still(c.ctx, c.name, []byte(text), func(o *operation, t *task) bool {
			clear(members)
			return namesBelow(o, t, p.base, members)
		})
		if err != nil {
			return nil, err
		}
		c.addEnvironments(p.base, members)
		for _, name := range slices.Sorted(maps.Keys(members)) {
			c.offerName(p, name, members[name])
		}
		return c.sorted(), c.ctx.Err()
	}
	return nil, nil
}

// offerName offers the next name of a path, in brackets if need be.
func (c *completer) offerName(p openPath, name, about string) {
	if name == "" || strings.HasSuffix(name, `\`) || !strings.HasPrefix(name, p.word) {
		return
	}
	from, to, text := p.start, c.at, syntax.JoinPath("", name)
	switch rest := c.typing.text[from:]; {
	case from < to && rest[0] == '[':
		text = `["` + strings.ReplaceAll(name, `"`, `\"`) + `"]`
		for _, closer := range []byte(`\"]`) {
			if to < len(c.typing.text) && c.typing.text[to] == closer {
				to++
			}
		}
	case len(p.base) > 0 && text[0] == '[':
		from-- // the dot
	}
	if c.typing.quoted(p) {
		text = strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text)
	}
	c.offer(from, to, text, CompleteProperty, about)
}

// addEnvironments adds the parts of the names of environments that may follow ${environments}.
func (c *completer) addEnvironments(base syntax.Path, members map[string]string) {
	if len(base) == 0 || base[0].Name != "environments" || len(base) > 2 {
		return
	}
	names, _ := c.list()
	for _, name := range names {
		i := strings.LastIndexByte(name, '/')
		switch {
		case i < 0:
		case len(base) == 1:
			members[name[:i]] = ""
		case name[:i] == base[1].Name:
			members[name[i+1:]] = ""
		}
	}
}

// namesBelow adds the names of what a path of the root leads to, with what is known about them. It is false if that has to
// be waited for.
func namesBelow(o *operation, t *task, base syntax.Path, members map[string]string) bool {
	switch {
	case len(base) == 0:
		members["context"] = "What the evaluation is about, such as currentEnvironment.name."
		members["environments"] = "The values of any environment: environments.PROJECT.NAME"
		members["imports"] = "The values of the imports, whatever is merged over them."
	case len(base) == 1 && base[0].Name == "imports":
		for i := range o.root.doc.Imports {
			members[o.root.doc.Imports[i].Written] = ""
		}
		return true
	case len(base) < 3 && base[0].Name == "environments":
		return true
	}
	p, ok := place{slot: o.root.slot}, true
	if len(base) > 0 {
		p, ok = o.resolve(t, o.root, o.reference(base), base)
	}
	if !ok || p.failed() {
		return ok
	}
	shape, ok := o.shape(t, p)
	if !ok || o.class(shape) == notObject {
		return ok
	}
	names, ok := walker{operation: o, task: t, env: o.root}.names(shape)
	for _, name := range names {
		members[name] = ""
	}
	if d := shape.val.data(); shape.isValue() && d.unknown { // of a secret part there are no names
		for _, name := range d.schema.Names() {
			s, _ := d.schema.Property(name)
			members[name] = aboutOf(s)
		}
	}
	return ok
}

// reference is an expression that refers to a path and stands nowhere.
func (o *operation) reference(path syntax.Path) *syntax.Expr {
	return &syntax.Expr{
		Kind: syntax.Ref, Doc: o.root.doc, Node: &yamltext.Node{Line: 1, Column: 1},
		Parts: []syntax.Part{{Path: path}}, Inner: &syntax.Inner{},
	}
}
