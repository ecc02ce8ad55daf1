package eval

import (
	"strconv"
	"strings"

	"github.com/escapement-go/escapement/eval/internal/syntax"
	"github.com/escapement-go/escapement/schema"
)

// maxListed is how many names a hint lists.
const maxListed = 10

// listed writes names for a hint.
func listed(names []string) string {
	var b strings.Builder
	for i, name := range names[:min(len(names), maxListed)] {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(quoted(name))
	}
	if more := len(names) - maxListed; more > 0 {
		b.WriteString(" and " + strconv.Itoa(more) + " more")
	}
	return b.String()
}

func didYouMean(name string, names []string) string {
	if near := schema.Nearest(name, names); near != "" {
		return "did you mean " + quoted(near) + "?"
	}
	return ""
}

// oneOf suggests the nearest of names, or else says which there are.
func oneOf(name string, names []string) string {
	if near := didYouMean(name, names); near != "" || len(names) == 0 {
		return near
	}
	return "there are " + listed(names)
}

// membersOf says which names there are where a path has got to.
func membersOf(path syntax.Path, names []string) string {
	switch {
	case len(names) == 0:
		return ""
	case len(path) == 0:
		return "the environment has " + listed(names)
	}
	return quoted(path.String()) + " has " + listed(names)
}

// misplaced says how a path is written that begins as if it were one of a file, or of an import under another name; ""
// for one that does not, or has one of names as the nearest.
func (w walker) misplaced(i int, names []string) string {
	ofImports := i == 1 && w.path[0].Name == "imports"
	if i > 0 && !ofImports {
		return ""
	}
	written := w.importNamed(i)
	switch {
	case written != "":
		return "write imports[" + quoted(written) + "]"
	case i == 0 && w.path[0].Name == "values":
		return `paths begin below "values"; leave that out`
	case ofImports && len(names) == 0:
		return `the document has no "imports"`
	case ofImports && didYouMean(w.path[i].Name, names) == "":
		return "imports are " + listed(names)
	}
	return ""
}

// importNamed returns the import whose segments the path has from accessor i on, or whose last one it has there; "" for
// none. A property may be called as the last segment of an import is, so that counts only behind "imports".
func (w walker) importNamed(i int) string {
	for _, edge := range w.env.imports {
		segments := strings.Split(edge.item.Written, "/")
		if i > 0 && segments[len(segments)-1] == w.path[i].Name {
			return edge.item.Written
		}
		rest := w.path[i:]
		if len(segments) < 2 || len(rest) < len(segments) {
			continue
		}
		same := true
		for k, segment := range segments {
			same = same && rest[k].Name == segment
		}
		if same {
			return edge.item.Written
		}
	}
	return ""
}

// inputsHint says which inputs there are where none are written.
func inputsHint(s *schema.Schema) string {
	if names := s.Names(); len(names) > 0 {
		return "write a mapping of inputs, which are " + listed(names)
	}
	return "write a mapping of inputs, {} for none"
}
