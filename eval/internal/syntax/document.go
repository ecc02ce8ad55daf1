package syntax

import (
	"bytes"
	"slices"
	"strings"

	"github.com/escapement-go/escapement/eval/internal/yamltext"
)

// A Document is the parsed text of an environment. It is immutable and safe for concurrent use.
type Document struct {
	Name    string // canonical name of the environment
	Source  *yamltext.Document
	Values  *Expr // the mapping under "values"; nil if there is none
	Imports []Import
	Exprs   int     // number of expressions
	Rotates []*Expr // the calls of fn::rotate, in document order
	Finals  *Finals // the properties that are final; nil if none is
	Issues  []Issue
	Secrets []Mark // what stands under fn::secret, well-formed or not

	// Environments are the canonical names of the environments that references name with ${environments…}.
	Environments map[string]bool
}

// Broken reports whether the document has an error, so that as an import it contributes nothing.
func (d *Document) Broken() bool {
	return slices.ContainsFunc(d.Issues, func(i Issue) bool { return !i.Warning })
}

// An Issue is an error or a warning that is found in one document alone.
type Issue struct {
	yamltext.Issue
	Path string // document path; "" if it belongs to none
}

// An Import is an item of "imports".
type Import struct {
	Name    string // canonical
	Written string
	Merge   bool
	Mark    Mark
}

// Limits bound the text of a document. Zero fields mean no limit.
type Limits struct {
	yamltext.Limits
	Digits   int // of a number
	Exponent int // of a number, up or down
}

// Parse reads the text of an environment. The document is never nil: it holds what could be read.
func Parse(name string, src []byte, functions Functions, limits Limits) *Document {
	source, issues := yamltext.Parse(src, limits.Limits)
	p := &parser{
		doc:       &Document{Name: name, Source: source},
		functions: functions,
		limits:    limits,
		aliases:   bytes.IndexByte(src, '*') >= 0,
	}
	for _, issue := range issues {
		p.doc.Issues = append(p.doc.Issues, Issue{Issue: issue})
	}
	if source.Root != nil {
		if bytes.Contains(src, []byte("::")) || bytes.IndexByte(src, '\\') >= 0 { // else nothing spells fn::secret
			p.hideSecrets(source.Root)
		}
		p.document(source.Root)
	}
	p.doc.Exprs = p.made
	if p.finals {
		p.doc.Finals = finalsOf(p.doc.Values, map[*Expr]*Finals{})
	}
	return p.doc
}

type parser struct {
	doc       *Document
	functions Functions
	limits    Limits
	aliases   bool // there may be aliases

	made   int
	slab   []Expr
	shared map[*yamltext.Node]*Expr   // expressions that aliases and merge keys may name again
	known  map[*yamltext.Node]entries // of mappings, likewise
	finals bool
}

func (p *parser) document(root *yamltext.Node) {
	if p.aliases {
		p.shared = map[*yamltext.Node]*Expr{}
		p.known = map[*yamltext.Node]entries{}
	}
	if root.Kind != yamltext.Mapping {
		if p.kind(root) != "null" {
			p.report(root, "not-a-mapping", "environment is "+p.kind(root), `write a mapping with "values"`)
		}
		return
	}
	for _, pair := range p.mapping(root) {
		switch pair.key {
		case "description":
			p.description(pair.value)
		case "imports":
			p.imports(pair.value)
		case "values":
			p.values(pair.value)
		default:
			p.unknownKey(pair)
		}
	}
}

var topLevel = []string{"description", "imports", "values"}

func (p *parser) unknownKey(pair pair) {
	for _, known := range topLevel {
		if strings.EqualFold(pair.key, known) {
			p.report(pair.keyNode, "key-case", "key "+Quote(pair.key)+" must be written "+Quote(known), "")
			return
		}
	}
	near := didYouMean(pair.key, topLevel)
	if near == "" {
		near = `; what is to be a value goes below "values"`
	}
	p.warn(pair.keyNode, "unknown-key", "unknown key "+Quote(pair.key), "allowed are "+quoteAll(topLevel)+near)
	p.checkKeys(pair.value)
}

func (p *parser) description(n *yamltext.Node) {
	scalar, ok := p.scalar(n)
	if ok && scalar.Kind == yamltext.String {
		if _, literal := Literal(scalar.Text); literal {
			return
		}
	}
	p.report(n, "not-a-string", `"description" is not plain text`, "write a string without interpolations")
}

func (p *parser) imports(n *yamltext.Node) {
	n = target(n)
	if n == nil {
		return
	}
	if n.Kind != yamltext.List {
		p.report(n, "not-a-list", `"imports" holds `+p.kind(n), "write a list of environment names")
		return
	}
	for _, item := range n.Content {
		if item = target(item); item != nil {
			p.importItem(item)
		}
	}
}

func (p *parser) importItem(n *yamltext.Node) {
	merge := true
	nameNode := n
	if n.Kind == yamltext.Mapping {
		pairs := p.mapping(n)
		if len(pairs) != 1 || target(pairs[0].value) == nil || target(pairs[0].value).Kind != yamltext.Mapping {
			p.invalidImport(n)
			return
		}
		nameNode = target(pairs[0].keyNode)
		merge = p.importOptions(target(pairs[0].value))
	}
	scalar, ok := p.scalar(nameNode)
	if !ok || scalar.Kind != yamltext.String {
		p.invalidImport(n)
		return
	}
	name, ok := CanonicalName(scalar.Text)
	if !ok {
		p.report(nameNode, "invalid-environment-name", "invalid environment name "+Quote(scalar.Text), NameHint)
		return
	}
	p.doc.Imports = append(p.doc.Imports, Import{
		Name: name, Written: scalar.Text, Merge: merge, Mark: Mark{Doc: p.doc, Node: nameNode},
	})
}

func (p *parser) invalidImport(n *yamltext.Node) {
	p.report(n, "invalid-import", "import is "+p.kind(n), "write a name, or one name with its options")
}

func (p *parser) importOptions(n *yamltext.Node) (merge bool) {
	merge = true
	for _, pair := range p.mapping(n) {
		if pair.key != "merge" {
			p.report(pair.keyNode, "unknown-import-option", "unknown import option "+Quote(pair.key),
				`allowed is "merge"`+didYouMean(pair.key, []string{"merge"}))
			continue
		}
		scalar, ok := p.scalar(pair.value)
		if !ok || scalar.Kind != yamltext.Bool {
			p.report(pair.value, "invalid-import-option", `import option "merge" is `+p.kind(pair.value), "write true or false")
			continue
		}
		merge = scalar.Bool
	}
	return merge
}

// reserved are the names that references give another meaning.
var reserved = map[string]bool{"imports": true, "environments": true, "context": true}

func (p *parser) values(n *yamltext.Node) {
	n = target(n)
	if n == nil {
		return
	}
	if n.Kind != yamltext.Mapping {
		remedy := "write a mapping of names to values"
		if n.Kind == yamltext.Scalar && strings.Contains(n.Value, ":") {
			remedy += ", with a blank behind each colon"
		}
		p.report(n, "not-a-mapping", `"values" holds `+p.kind(n), remedy)
		return
	}
	values := p.newExpr(Mapping, n, nil, "", -1)
	p.doc.Values = values
	entries := p.properties(n)
	values.Inner = &Inner{Members: make([]Member, 0, len(entries.pairs))}
	for _, pair := range entries.pairs {
		switch {
		case reserved[pair.key]:
			p.report(pair.keyNode, "reserved-name",
				Quote(pair.key)+` is reserved and cannot be a property of "values"`, "choose another name")
			continue
		case HasFunctionPrefix(pair.key):
			p.report(pair.keyNode, "call-at-top", "function "+Quote(pair.key)+` stands directly under "values"`,
				"give its result a name")
			continue
		}
		p.addMember(values, pair)
	}
	sortMembers(values, entries)
}

// target follows an alias to what it names: nil if it is part of itself.
func target(n *yamltext.Node) *yamltext.Node {
	for n != nil && n.Kind == yamltext.Alias {
		n = n.Target
	}
	return n
}

func (p *parser) report(n *yamltext.Node, code, message, hint string) {
	p.doc.Issues = append(p.doc.Issues, Issue{Issue: yamltext.Issue{
		Code: code, Message: message, Hint: hint, Span: p.doc.Source.Span(n),
	}})
}

func (p *parser) warn(n *yamltext.Node, code, message, hint string) {
	p.report(n, code, message, hint)
	p.doc.Issues[len(p.doc.Issues)-1].Warning = true
}

// reportPart blames a part of a scalar's text.
func (p *parser) reportPart(e *Expr, err *Error) {
	p.doc.Issues = append(p.doc.Issues, Issue{Path: "values." + e.Path(), Issue: yamltext.Issue{
		Code: err.Code, Message: err.Message, Hint: err.Hint, Span: e.PartMark(err.From, err.To).Span(),
	}})
}
