package eval_test

import (
	"context"
	"fmt"
	"io/fs"
	"strings"

	"github.com/escapement-go/escapement/eval"
)

// A shape is a family of workloads that grow with one number, n.
type shape struct {
	name  string
	sizes []int // ascending
	bound float64
	texts func(n int) texts
	keys  func(n int) int // members of the result
}

// shapes are the workloads whose cost is linear. The bound is that of Open, as a multiple of reading the same bytes.
var shapes = []shape{
	{"wide", []int{1000, 4000, 16000}, 2, wide, func(n int) int { return n }},
	{"refs", []int{1000, 4000, 16000}, 2, refs, func(n int) int { return n + 1 }},
	{"interp", []int{1000, 4000, 16000}, 2, interp, func(n int) int { return n + 3 }},
	{"objrefs", []int{250, 500, 1000}, 2, objrefs, func(n int) int { return n + 1 }},
	{"refchain", []int{250, 1000, 4000}, 2, refchain, func(n int) int { return n + 1 }},
	{"chain", []int{25, 50, 100}, 3, chain, func(n int) int { return 100 * (n + 1) }},
	{"diamond", []int{25, 50, 100}, 3, diamond, func(n int) int { return 500 + n }},
}

// rootName is the environment of a workload that is opened.
const rootName = "root"

// texts are environments by name. They are their own loader, which costs nothing.
type texts map[string][]byte

func (t texts) Load(_ context.Context, name string) ([]byte, error) {
	text, ok := t[name]
	if !ok {
		return nil, fmt.Errorf("environment %q: %w", name, fs.ErrNotExist)
	}
	return text, nil
}

func (t texts) evaluator() *eval.Evaluator { return &eval.Evaluator{Loader: t} }

// bytes is the length of all texts.
func (t texts) bytes() (n int64) {
	for _, text := range t {
		n += int64(len(text))
	}
	return n
}

// document is the text of an environment with the given imports and lines under "values".
func document(imports []string, values ...string) []byte {
	var b strings.Builder
	if len(imports) > 0 {
		b.WriteString("imports:\n")
	}
	for _, name := range imports {
		fmt.Fprintf(&b, "  - %s\n", name)
	}
	if len(values) > 0 {
		b.WriteString("values:\n")
	}
	for _, line := range values {
		fmt.Fprintf(&b, "  %s\n", line)
	}
	return []byte(b.String())
}

// lines are n lines made from their numbers.
func lines(n int, format string, args func(i int) []any) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf(format, args(i)...)
	}
	return all
}

func number(i int) []any { return []any{i} }

// wide is n scalars: texts.
func wide(n int) texts {
	return texts{rootName: document(nil, lines(n, "k%05d: text of one value", number)...)}
}

// refs is n references to one scalar.
func refs(n int) texts {
	values := append(lines(n, "r%05d: ${target}", number), "target: text")
	return texts{rootName: document(nil, values...)}
}

// interp is n strings with three references each.
func interp(n int) texts {
	values := append(lines(n, "s%05d: https://${host}:${port}/${path}", number),
		"host: host.example", "path: index.html", "port: 8443")
	return texts{rootName: document(nil, values...)}
}

// objrefs is n references to one object of n keys.
func objrefs(n int) texts {
	values := append(lines(n, "r%05d: ${object}", number), "object:")
	values = append(values, lines(n, "  k%05d: text", number)...)
	return texts{rootName: document(nil, values...)}
}

// refchain is n references, each to the one before.
func refchain(n int) texts {
	values := lines(n, "c%05d: ${c%05d}", func(i int) []any { return []any{i + 1, i} })
	return texts{rootName: document(nil, append(values, "c00000: text")...)}
}

// chain is n environments, each with 100 keys of its own, that import the one before each. The root is one more.
func chain(n int) texts {
	all := texts{}
	for i := range n + 1 {
		name, imports := fmt.Sprintf("link-%d", i), []string(nil)
		if i > 0 {
			imports = []string{fmt.Sprintf("link-%d", i-1)}
		}
		if i == n {
			name = rootName
		}
		all[name] = document(imports, lines(100, "e%03d-k%02d: text", func(k int) []any { return []any{i, k} })...)
	}
	return all
}

// diamond is a root that imports n environments with one key each, all of which import one with 500 keys.
func diamond(n int) texts {
	all := texts{"base": document(nil, lines(500, "k%03d: text", number)...)}
	facets := lines(n, "facet-%d", number)
	for i, name := range facets {
		all[name] = document([]string{"base"}, fmt.Sprintf("own-%d: text", i))
	}
	all[rootName] = document(facets)
	return all
}
