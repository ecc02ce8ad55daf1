package yamltext

import (
	"fmt"
	"strings"
	"testing"
)

// benchDocument returns an environment of about n bytes, of the shapes that people write.
func benchDocument(n int) []byte {
	var b strings.Builder
	b.WriteString("imports:\n  - base\nvalues:\n")
	for i := 0; b.Len() < n; i++ {
		fmt.Fprintf(&b, `  service%d:
    host: db%d.internal # where it runs
    port: %d
    url: "postgres://${service%d.host}:${service%d.port}/app"
    password: {fn::secret: {ciphertext: ZXNjeAAAAAEAAAEA}}
    tags: [a, 'b', true, 3.10]
`, i, i, 5432+i, i, i)
	}
	return []byte(b.String())
}

func forSizes(b *testing.B, run func(b *testing.B, src []byte)) {
	for _, size := range []int{10_000, 100_000, 1_000_000} {
		src := benchDocument(size)
		b.Run(fmt.Sprintf("%dKB", size/1000), func(b *testing.B) {
			b.SetBytes(int64(len(src)))
			b.ReportAllocs()
			run(b, src)
		})
	}
}

func BenchmarkParse(b *testing.B) {
	forSizes(b, func(b *testing.B, src []byte) {
		for b.Loop() {
			if d, issues := Parse(src, Limits{Bytes: 4 << 20, Depth: 100, Nodes: 500_000}); d.Root == nil {
				b.Fatal(issues)
			}
		}
	})
}

// BenchmarkLoad is the part of Parse that the library does.
func BenchmarkLoad(b *testing.B) {
	forSizes(b, func(b *testing.B, src []byte) {
		d := &Document{text: string(src)}
		for b.Loop() {
			if _, issue := d.load(100); issue != nil {
				b.Fatal(issue)
			}
		}
	})
}

// BenchmarkLayout is what the first range of a collection costs.
func BenchmarkLayout(b *testing.B) {
	forSizes(b, func(b *testing.B, src []byte) {
		d := mustParse(b, string(src))
		for b.Loop() {
			if _, err := newLayout(d); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkSpan(b *testing.B) {
	forSizes(b, func(b *testing.B, src []byte) {
		d := mustParse(b, string(src))
		for b.Loop() {
			for i := range d.nodes {
				if n := &d.nodes[i]; n.Kind == Scalar {
					d.Span(n)
				}
			}
		}
	})
}

func BenchmarkEdit(b *testing.B) {
	forSizes(b, func(b *testing.B, src []byte) {
		d := mustParse(b, string(src))
		e := Edit{Path: []any{"values", "service3", "password", "fn::secret"}, Value: quoted("text")}
		for b.Loop() {
			if _, err := d.Edit(e); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkResolve(b *testing.B) {
	for _, text := range []string{"plain text", "us-west-2", "5432", "3.10", "true", "0x1F"} {
		n := &Node{Value: text}
		b.Run(text, func(b *testing.B) {
			for b.Loop() {
				Resolve(n, maxDigits, maxExponent)
			}
		})
	}
}
