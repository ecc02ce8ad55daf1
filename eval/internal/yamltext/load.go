package yamltext

import (
	"errors"
	"io"
	"strings"

	"go.yaml.in/yaml/v4"
)

// load reads the text into a tree of the library's nodes. It returns no tree if there is nothing in
// the document.
func (d *Document) load(depth int) (tree *yaml.Node, issue *Issue) {
	// The library turns its own panics into errors. Should another one escape from it, then the
	// document is unreadable, and the caller goes on.
	defer func() {
		if recover() != nil {
			tree, issue = nil, d.syntaxIssue(unreadable, 0, 0)
		}
	}()
	guard := &depthGuard{limit: depth}
	body := d.masked(func(dir directive) bool { return !dir.tag })
	loader, err := yaml.NewLoader(strings.NewReader(body), yaml.WithPlugin(guard))
	if err != nil {
		return nil, d.syntaxIssue(unreadable, 0, 0)
	}
	var first, second yaml.Node
	if err := loader.Load(&first); err != nil {
		return nil, d.loadIssue(err, guard)
	}
	if err := loader.Load(&second); err != io.EOF {
		if err == nil {
			return nil, d.multipleDocuments(&second)
		}
		return nil, d.loadIssue(err, guard)
	}
	return first.Content[0], nil
}

// loadIssue turns an error of the library into an issue. The end of the text before any document is
// none.
func (d *Document) loadIssue(err error, guard *depthGuard) *Issue {
	if err == io.EOF {
		return nil
	}
	var load *yaml.LoadError
	if !errors.As(err, &load) {
		return d.syntaxIssue(unreadable, 0, 0)
	}
	if guard.refused {
		begin := d.index().offset(load.Mark.Line, load.Mark.Column)
		if strings.HasPrefix(d.text[begin:], ":") { // of the mapping's first key
			begin = d.index().offset(load.ContextMark.Line, load.ContextMark.Column)
		}
		return d.tooDeep(begin, guard.limit)
	}
	return d.syntaxError(load)
}

// multipleDocuments blames the marker of the second document, or its first line if it has none.
func (d *Document) multipleDocuments(second *yaml.Node) *Issue {
	begin := d.index().offset(second.Line, second.Column)
	end := begin + len("---")
	if !startsDocument(d.text[begin:]) {
		end = d.lineTail(begin)
	}
	issue := newIssue("multiple-documents",
		"more than one YAML document; an environment is one document")
	return issue.at(d.index().span(begin, end))
}

// tooDeep blames the collection that begins at a byte: its bracket or its dash, otherwise the rest
// of its first line.
func (d *Document) tooDeep(begin, limit int) *Issue {
	end := d.lineTail(begin)
	if begin < len(d.text) && strings.IndexByte("[{-:", d.text[begin]) >= 0 {
		end = begin + 1
	}
	issue := newIssue("too-deep", "nesting is deeper than %d", limit)
	return issue.at(d.index().span(begin, end))
}

// lineTail returns the end of the line that holds offset, without trailing blanks.
func (d *Document) lineTail(offset int) int {
	line := d.text[offset:lineEnd(d.text, offset)]
	return offset + len(strings.TrimRight(line, " \t"))
}

// depthGuard ends reading before it recurses too deeply. The library counts block and flow
// collections separately, so this bounds the work, and the exact check comes later.
type depthGuard struct {
	limit   int
	refused bool
}

var errTooDeep = errors.New("too deep")

// CheckDepth refuses a depth beyond the limit.
func (g *depthGuard) CheckDepth(depth int, _ *yaml.DepthContext) error {
	if depth > g.limit {
		g.refused = true
		return errTooDeep
	}
	return nil
}

// CheckAlias never refuses: aliases stay nodes.
func (g *depthGuard) CheckAlias(int, int) error {
	return nil
}
