package syntax

import (
	"maps"
	"slices"
	"strings"

	"github.com/escapement-go/escapement/eval/internal/yamltext"
)

// A Form says what the argument of a function looks like where it is written out.
type Form uint8

const (
	FormAny  Form = iota // anything
	FormList             // a list
	FormPair             // a list of two
)

// Functions are the functions that a document may call, by name, without those that have an expression kind of their
// own: fn::secret, fn::open, fn::rotate, fn::final and fn::validate.
type Functions map[string]Form

var special = []string{"fn::final", "fn::open", "fn::rotate", "fn::secret", "fn::validate"}

// names are all functions that a document may call.
func (f Functions) names() []string {
	return slices.AppendSeq(slices.Clone(special), maps.Keys(f))
}

// call reads a mapping whose only key has the prefix of functions. Until its argument is read without an error, the
// expression stays Bad.
func (p *parser) call(e *Expr, pair pair) {
	call := &Call{Name: pair.key, Key: pair.key, KeyNode: pair.keyNode}
	e.Inner = &Inner{Call: call}
	for _, prefix := range []string{"fn::open", "fn::rotate"} {
		if plugin, ok := strings.CutPrefix(pair.key, prefix+"::"); ok {
			p.shortCall(e, pair, prefix, plugin)
			return
		}
	}
	switch pair.key {
	case "fn::secret":
		p.secret(e, pair)
		return
	case "fn::open":
		p.longOpen(e, pair)
		return
	case "fn::rotate":
		p.longRotate(e, pair)
		return
	case "fn::validate":
		p.validate(e, pair)
		return
	}
	form, known := p.functions[call.Name]
	call.Arg = p.argument(e, pair)
	switch {
	case call.Name == "fn::final":
		e.Kind = Final
		p.finals = true
	case !known:
		p.report(pair.keyNode, "unknown-function", "unknown function "+Quote(call.Name), p.suggestFunction(call.Name))
	case p.fits(call, form):
		e.Kind = Func
	}
}

// suggestFunction is the hint that names the nearest function.
func (p *parser) suggestFunction(name string) string {
	names := p.functions.names()
	if parts := strings.SplitN(name, "::", 3); len(parts) == 3 {
		names = append(names, "fn::open::"+parts[2], "fn::rotate::"+parts[2])
	}
	return strings.TrimPrefix(didYouMean(name, names), "; ")
}

func (p *parser) argument(e *Expr, pair pair) *Expr {
	return p.expr(pair.value, e, pair.key, -1)
}

// fits reports whether an argument that is written out has the form that the function takes.
func (p *parser) fits(call *Call, form Form) bool {
	arg := call.Arg
	literal := arg.Kind != Ref && arg.Call == nil && arg.Kind != Bad
	switch {
	case !literal || form == FormAny:
		return true
	case form == FormList && arg.Kind == List:
		return true
	case form == FormPair && arg.Kind == List && len(arg.Items) == 2:
		return true
	}
	shape := "a list of lists"
	if form == FormPair {
		shape = "a list of two, a delimiter and what it applies to"
	}
	p.badArgument(call.Name, arg, shape)
	return false
}

func (p *parser) badArgument(name string, arg *Expr, shape string) {
	kind := p.kind(arg.Node)
	if arg.Kind == List && strings.HasPrefix(shape, "a list") {
		kind = "a list of another length"
	}
	p.report(arg.Node, "bad-argument", Quote(name)+" takes "+shape+", not "+kind, "")
}

func (p *parser) missing(e *Expr, name, member string) {
	p.report(e.Node, "missing-argument", Quote(name)+" needs "+Quote(member), "")
}

func (p *parser) shortCall(e *Expr, pair pair, name, plugin string) {
	call := e.Call
	call.Name, call.Plugin = name, plugin
	call.PluginMark = pluginMark(p.doc, pair.keyNode, len(name)+len("::"))
	call.Arg = p.argument(e, pair)
	kind := Open
	ok := plugin != ""
	if !ok {
		p.missing(e, name, "provider")
	}
	if name == "fn::rotate" {
		kind = Rotate
		ok = p.rotateArguments(e, pair, "inputs", "state") && ok
	} else {
		call.Inputs = call.Arg
	}
	if ok {
		p.finish(e, kind)
	}
}

// pluginMark is the place of the plug-in's name in a function's key.
func pluginMark(doc *Document, key *yamltext.Node, from int) Mark {
	key = target(key)
	if len(key.Value) <= from {
		return Mark{Doc: doc, Node: key}
	}
	return Mark{Doc: doc, Node: key, From: int32(from), To: int32(len(key.Value))}
}

func (p *parser) finish(e *Expr, kind Kind) {
	e.Kind = kind
	if kind == Rotate {
		p.doc.Rotates = append(p.doc.Rotates, e)
	}
}

func (p *parser) longOpen(e *Expr, pair pair) {
	call := e.Call
	call.Arg = p.argument(e, pair)
	ok := p.members(e, "provider", "inputs")
	if call.Arg.Kind != Mapping {
		return
	}
	call.Inputs = call.Arg.Member("inputs")
	ok = p.plugin(e) && ok
	if call.Inputs == nil {
		p.missing(e, call.Name, "inputs")
		return
	}
	if ok {
		p.finish(e, Open)
	}
}

func (p *parser) longRotate(e *Expr, pair pair) {
	e.Call.Arg = p.argument(e, pair)
	ok := p.rotateArguments(e, pair, "provider", "inputs", "state")
	if e.Call.Arg.Kind == Mapping && p.plugin(e) && ok {
		p.finish(e, Rotate)
	}
}

// rotateArguments reads "inputs" and "state" of a call of fn::rotate, which must be written out in the call.
func (p *parser) rotateArguments(e *Expr, pair pair, allowed ...string) bool {
	call := e.Call
	if pair.merged || pair.value.Kind == yamltext.Alias {
		p.stateNotLiteral(pair.value)
		return false
	}
	ok := p.members(e, allowed...)
	if call.Arg.Kind != Mapping {
		return false
	}
	call.Inputs, call.State = call.Arg.Member("inputs"), call.Arg.Member("state")
	if call.Inputs == nil {
		p.missing(e, call.Name, "inputs")
		ok = false
	}
	if call.State != nil {
		ok = p.state(call) && ok
	}
	return ok
}

func (p *parser) state(call *Call) bool {
	for _, pair := range p.properties(call.Arg.Node).pairs {
		if pair.key == "state" && (pair.merged || pair.value.Kind == yamltext.Alias) {
			p.stateNotLiteral(pair.value)
			return false
		}
	}
	switch call.State.Kind {
	case Mapping:
		return true
	case Null:
		call.State = nil
		return true
	case Bad:
		return false
	}
	p.stateNotLiteral(call.State.Node)
	return false
}

func (p *parser) stateNotLiteral(n *yamltext.Node) {
	p.report(n, "state-not-literal", `"state" is not written out in this call`, "write its mapping here")
}

// members reports whether the argument is a mapping that has no other members than the allowed ones.
func (p *parser) members(e *Expr, allowed ...string) bool {
	call := e.Call
	if call.Arg.Kind == Bad && call.Arg.Call == nil {
		return false
	}
	if call.Arg.Kind != Mapping {
		p.badArgument(call.Name, call.Arg, "a mapping of "+quoteAll(allowed))
		return false
	}
	ok := true
	for _, m := range call.Arg.Members {
		if !slices.Contains(allowed, m.Key) {
			near := didYouMean(m.Key, allowed)
			if near == "" && slices.Contains(allowed, "inputs") {
				near = `; all else goes below "inputs"`
			}
			p.report(m.KeyNode, "unknown-argument", "unknown key "+Quote(m.Key)+" of "+Quote(call.Name),
				"allowed are "+quoteAll(slices.Sorted(slices.Values(allowed)))+near)
			ok = false
		}
	}
	return ok
}

// plugin reads the member "provider" of a long form.
func (p *parser) plugin(e *Expr) bool {
	call := e.Call
	provider := call.Arg.Member("provider")
	switch {
	case provider == nil:
		p.missing(e, call.Name, "provider")
		return false
	case provider.Kind == Bad:
		return false
	case provider.Kind != String || provider.Text == "":
		p.badArgument(call.Name, provider, `plain text as "provider"`)
		return false
	}
	call.Plugin, call.PluginMark = provider.Text, provider.Mark()
	return true
}

func (p *parser) validate(e *Expr, pair pair) {
	call := e.Call
	call.Arg = p.argument(e, pair)
	ok := p.members(e, "schema", "value")
	if call.Arg.Kind != Mapping {
		return
	}
	call.Schema, call.Value = call.Arg.Member("schema"), call.Arg.Member("value")
	for _, member := range []string{"schema", "value"} {
		if call.Arg.Member(member) == nil {
			p.missing(e, call.Name, member)
			ok = false
		}
	}
	if ok {
		e.Kind = Validate
	}
}

// secret reads fn::secret, whose argument is plain text or an envelope and nothing that is evaluated.
func (p *parser) secret(e *Expr, pair pair) {
	n := target(pair.value)
	if n == nil {
		return
	}
	kind := Secret
	holder := n
	if n.Kind == yamltext.Mapping {
		pairs := p.mapping(n)
		if len(pairs) != 1 || pairs[0].key != "ciphertext" || target(pairs[0].value) == nil {
			p.notLiteral(n)
			return
		}
		kind, holder = Cipher, target(pairs[0].value)
	}
	scalar, ok := p.scalar(holder)
	if holder.Kind != yamltext.Scalar || ok && scalar.Kind != yamltext.String {
		p.notLiteral(n)
		return
	}
	if !ok {
		return
	}
	text, literal := Literal(scalar.Text)
	if !literal {
		p.notLiteral(holder)
		return
	}
	e.Kind = kind
	e.Call.Arg = p.newExpr(String, holder, e, pair.key, -1)
	e.Call.Arg.Text = text
}

func (p *parser) notLiteral(n *yamltext.Node) {
	p.report(n, "secret-not-literal", `"fn::secret" takes plain text`,
		`use quotes for other kinds and "$$" for a literal "$"`)
}
