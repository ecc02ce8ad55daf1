package eval

import (
	"sync"

	"github.com/escapement-go/escapement/eval/internal/syntax"
)

func newDocument(name string, src []byte, limits Limits) *syntax.Document {
	return syntax.Parse(name, src, functionForms, limits.syntax())
}

// A documentCache remembers the parsed texts of environments by name.
type documentCache struct {
	mu    sync.Mutex
	known map[string]*syntax.Document
	bytes int // of their texts
}

// maxCached bounds the texts that an Evaluator remembers the documents of, in bytes. When they become more, it begins
// anew.
const maxCached = 8 << 20

// parse returns the document of a text, parsed now or before.
func (c *documentCache) parse(name string, src []byte, limits Limits) *syntax.Document {
	c.mu.Lock()
	known := c.known[name]
	c.mu.Unlock()
	if known != nil && known.Source.Text() == string(src) {
		return known
	}
	doc := newDocument(name, src, limits)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.known == nil || c.bytes+len(src) > maxCached {
		c.known, c.bytes = map[string]*syntax.Document{}, 0
	}
	if replaced := c.known[name]; replaced != nil {
		c.bytes -= len(replaced.Source.Text())
	}
	c.bytes += len(src)
	c.known[name] = doc
	return doc
}
