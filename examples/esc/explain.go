package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/escapement-go/escapement/eval"
)

type explainCmd struct {
	Env    string `arg:"" help:"Name of the environment, such as myapp/dev."`
	Path   string `arg:"" help:"Path of the value, such as aws.login or hosts[0]."`
	Format string `short:"f" enum:"text,json" default:"text" help:"One of text, json."`
}

func (c *explainCmd) Help() string {
	return `Says where a value comes from: what each document writes for it, highest first, and the same for what these refer to. No
provider is called and nothing is decrypted. Secrets are printed as [secret].

    esc explain myapp/dev app.port
    esc explain myapp/dev environmentVariables.DATABASE_URL
    esc explain myapp/dev app -f json`
}

func (c *explainCmd) Run(ctx context.Context, g *cli) error {
	explanation, err := g.evaluator().Explain(ctx, c.Env, c.Path)
	if err == nil {
		g.printDiagnostics(os.Stderr, explanation.Diagnostics)
	}
	if len(explanation.Layers) == 0 { // there is nothing to explain
		return err
	}
	if c.Format == "json" {
		return errors.Join(err, printJSON(os.Stdout, explainedOf(explanation)))
	}
	var b strings.Builder
	writeExplained(&b, "", explainedOf(explanation), explanation.Environment)
	_, printErr := io.WriteString(os.Stdout, b.String())
	return errors.Join(err, printErr)
}

// An explained is what is printed of an explanation.
type explained struct {
	Environment string           `json:"environment,omitempty"`
	Path        string           `json:"path"`
	Value       eval.Value       `json:"value"` // redacted
	Secret      bool             `json:"secret,omitempty"`
	Layers      []explainedLayer `json:"layers,omitempty"`
	Repeated    bool             `json:"repeated,omitempty"`
	Truncated   bool             `json:"truncated,omitempty"`
}

type explainedLayer struct {
	Role       eval.LayerRole       `json:"role"`
	Kind       eval.LayerKind       `json:"kind"`
	Name       string               `json:"name,omitempty"`
	Range      eval.Range           `json:"range"`
	Path       string               `json:"path,omitempty"`
	Part       string               `json:"part,omitempty"`
	Literal    *eval.Value          `json:"literal,omitempty"`
	Secret     bool                 `json:"secret,omitempty"`
	Final      bool                 `json:"final,omitempty"`
	References []explainedReference `json:"references,omitempty"`
	Truncated  bool                 `json:"truncated,omitempty"`
}

type explainedReference struct {
	Reference string     `json:"reference"`
	Range     eval.Range `json:"range"`
	To        *explained `json:"to,omitempty"`
}

func explainedOf(e *eval.Explanation) *explained {
	if e == nil {
		return nil
	}
	x := &explained{
		Environment: e.Environment, Path: e.Path, Value: e.Value, Secret: e.Secret, Repeated: e.Repeated, Truncated: e.Truncated,
	}
	for _, l := range e.Layers {
		layer := explainedLayer{
			Role: l.Role, Kind: l.Kind, Name: l.Name, Range: l.Range, Path: l.Path, Part: l.Part, Secret: l.Secret, Final: l.Final,
			Truncated: l.Truncated,
		}
		if l.Kind == eval.LayerLiteral {
			layer.Literal = &l.Literal
		}
		for _, r := range l.References {
			layer.References = append(layer.References, explainedReference{r.Path, r.Range, explainedOf(r.To)})
		}
		x.Layers = append(x.Layers, layer)
	}
	return x
}

// writeExplained writes a value, and below it what it comes from. The names of environments are left out where it is the one
// that is explained.
func writeExplained(b *strings.Builder, indent string, x *explained, home string) {
	name := visible(x.Path)
	if x.Path == "" {
		name = "all values"
	}
	if x.Environment != home && x.Environment != "" {
		name += " of " + x.Environment
	}
	fmt.Fprintf(b, "%s%s: %s\n", indent, name, shortValue(x.Value))
	switch {
	case x.Repeated:
		fmt.Fprintf(b, "%s  see above\n", indent)
	case x.Truncated:
		fmt.Fprintf(b, "%s  and so on\n", indent)
	}
	for _, l := range x.Layers {
		fmt.Fprintf(b, "%s  %s\n", indent, l.line())
		for _, r := range l.References {
			if r.To != nil {
				writeExplained(b, indent+"    ", r.To, home)
			}
		}
		if l.Truncated {
			fmt.Fprintf(b, "%s    and so on\n", indent)
		}
	}
}

// line describes a layer: where it is, what it is, and what becomes of it.
func (l explainedLayer) line() string {
	place := l.Range.Environment
	if !l.Range.IsZero() {
		place = fmt.Sprintf("%s:%d:%d", place, l.Range.Begin.Line, l.Range.Begin.Column)
	}
	what := string(l.Kind)
	switch l.Kind {
	case eval.LayerLiteral:
		what = shortValue(*l.Literal)
	case eval.LayerReference:
		for _, r := range l.References { // one, unless the tree is too large
			what = "${" + visible(r.Reference) + "}"
		}
	case eval.LayerProvider:
		what = "fn::open::" + visible(l.Name)
	case eval.LayerRotator:
		what = "fn::rotate::" + visible(l.Name)
	case eval.LayerFunction:
		what = l.Name
	case eval.LayerSecret:
		what = "fn::secret"
	case eval.LayerText:
		what = "text with references"
	case eval.LayerUnread:
		what = "could not be read"
	}
	if l.Part != "" && l.Kind != eval.LayerUnread {
		what = "part " + visible(l.Part) + " of " + what
	}
	if l.Final {
		what += ", final"
	}
	switch l.Role {
	case eval.RoleMerged, eval.RoleOverridden:
		what += ", " + string(l.Role)
	case eval.RoleIgnored:
		what += ", ignored since a lower one is final"
	}
	return place + "  " + what
}

// maxShownValue bounds what a line shows of a value, in characters.
const maxShownValue = 60

// shortValue is a value on one line, redacted.
func shortValue(v eval.Value) string {
	text := []rune(visible(v.String()))
	if len(text) > maxShownValue {
		return string(text[:maxShownValue]) + "…"
	}
	return string(text)
}
