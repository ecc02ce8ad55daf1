package eval

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/escapement-go/escapement/providers"
)

// echo answers with what it is asked.
type echo struct{}

func (echo) Schema() providers.Schema { return providers.Schema{} }

func (echo) Open(_ context.Context, req *providers.Request) (any, error) { return req.Inputs, nil }

// TestTwins opens and checks random layers of objects, with each merged object computed once and with each computed
// wherever it is. A slip may show once in ten thousand worlds, which -rapid.checks=100000 finds.
func TestTwins(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		world := layers{t, rapid.IntRange(3, 9).Draw(t, "environments")}
		files := fstest.MapFS{}
		for i := range world.n {
			files[fmt.Sprintf("e%d.yaml", i)] = &fstest.MapFile{Data: []byte(world.document(i))}
		}
		e := &Evaluator{Loader: FS(files), Providers: map[string]providers.Provider{"echo": echo{}}}
		for _, verb := range []verb{checking, opening} {
			said := func(o *operation) string {
				env, err := o.evaluate()
				var b strings.Builder
				for _, reveal := range []bool{false, true} {
					if writing := env.Write(&b, FormatOptions{Reveal: reveal}); writing != nil {
						fmt.Fprintln(&b, writing)
					}
				}
				return fmt.Sprintln(b.String(), err, env.Diagnostics)
			}
			req := request{verb: verb, name: fmt.Sprintf("e%d", world.n-1)}
			together, apart := e.operation(t.Context(), req), e.operation(t.Context(), req)
			apart.merges = nil
			if diff := cmp.Diff(said(apart), said(together)); diff != "" {
				var all strings.Builder
				for i := range world.n {
					name := fmt.Sprintf("e%d.yaml", i)
					fmt.Fprintf(&all, "-- %s --\n%s", name, files[name].Data)
				}
				t.Fatalf("%s\nshared, it is another (-apart +shared):\n%s", &all, diff)
			}
		}
	})
}

// layers draws environments of which each may use those before it.
type layers struct {
	*rapid.T
	n int
}

func (w layers) one(of ...string) string { return rapid.SampledFrom(of).Draw(w.T, "one") }

func (w layers) document(i int) string {
	var b strings.Builder
	if i > 0 {
		b.WriteString("imports: [")
		for k := range rapid.IntRange(0, 3).Draw(w.T, "imports") {
			if k > 0 {
				b.WriteString(", ")
			}
			fmt.Fprintf(&b, "e%d", rapid.IntRange(0, i-1).Draw(w.T, "import"))
		}
		b.WriteString("]\n")
	}
	b.WriteString("values:\n")
	for _, name := range []string{"o", "p"} {
		if w.one("there", "there", "absent") == "there" {
			fmt.Fprintf(&b, "  %s: %s\n", name, w.value(i, 3))
		}
	}
	return b.String()
}

// value draws a value in environment i of at most a depth.
func (w layers) value(i, depth int) string {
	kinds := []string{"scalar"}
	if depth > 0 {
		kinds = append(kinds, "object", "object", "object", "final", "validated", "secret", "call")
	}
	if i > 0 {
		kinds = append(kinds, "reference", "reference", "reference", "member", "whole")
	}
	before := func() int { return rapid.IntRange(0, i-1).Draw(w.T, "before") }
	switch w.one(kinds...) {
	case "object":
		return w.object(i, depth)
	case "final":
		return "{fn::final: " + w.value(i, depth-1) + "}"
	case "validated":
		return "{fn::validate: {schema: true, value: " + w.value(i, depth-1) + "}}"
	case "secret":
		return "{fn::secret: " + w.one("one", "two") + "}"
	case "call":
		return "{fn::open::echo: " + w.object(i, depth-1) + "}"
	case "reference":
		return fmt.Sprintf(`"${environments.default.e%d.%s}"`, before(), w.one("o", "p"))
	case "member":
		return fmt.Sprintf(`"${environments.default.e%d.%s.%s}"`, before(), w.one("o", "p"), w.one("a", "b"))
	case "whole":
		return fmt.Sprintf(`"${environments.default.e%d}"`, before())
	}
	return w.one("0", "1", "x", "null")
}

func (w layers) object(i, depth int) string {
	var members []string
	for _, name := range []string{"a", "b", "c"} {
		if w.one("there", "absent") == "there" {
			members = append(members, name+": "+w.value(i, max(depth-1, 0)))
		}
	}
	return "{" + strings.Join(members, ", ") + "}"
}
