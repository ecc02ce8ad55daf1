package yamltext

import "strings"

// directive is a line that begins with "%" before the document.
type directive struct {
	begin, end int // bytes of the text
	tag        bool
}

// maxTagDirectives bounds the directives "%TAG", since reading is quadratic in their number.
const maxTagDirectives = 16

// checkDirectives finds the directives and checks that "---" follows them.
func (d *Document) checkDirectives() *Issue {
	i, tags := d.bodyStart(), 0
	for ; i < len(d.text); i = nextLine(d.text, i) {
		end := lineEnd(d.text, i)
		line := d.text[i:end]
		if !strings.HasPrefix(line, "%") {
			if line = strings.TrimLeft(line, " \t"); line != "" && line[0] != '#' {
				break
			}
			continue
		}
		dir := directive{begin: i, end: end, tag: isTagDirective(line)}
		d.directives = append(d.directives, dir)
		if dir.tag {
			tags++
		}
		if tags > maxTagDirectives {
			return d.syntaxIssue("more tag prefixes than can be declared", i, end)
		}
	}
	if len(d.directives) > 0 && !startsDocument(d.text[i:]) {
		last := d.directives[len(d.directives)-1]
		return d.syntaxIssue("a directive needs `---` on a line below it", last.begin, last.end)
	}
	return nil
}

func isTagDirective(line string) bool {
	rest, ok := strings.CutPrefix(line, "%TAG")
	return ok && rest != "" && isBlank(rest[0])
}

// startsDocument reports whether text begins with the marker "---".
func startsDocument(text string) bool {
	rest, ok := strings.CutPrefix(text, "---")
	return ok && (rest == "" || isSpace(rest[0]))
}

// masked returns the text without byte-order mark, in which every directive is a comment that
// mask chooses. No byte moves.
func (d *Document) masked(mask func(directive) bool) string {
	start := d.bodyStart()
	var masked []byte
	for _, dir := range d.directives {
		if !mask(dir) {
			continue
		}
		if masked == nil {
			masked = []byte(d.body())
		}
		masked[dir.begin-start] = '#'
	}
	if masked == nil {
		return d.body()
	}
	return string(masked)
}

// syntaxIssue returns the issue of malformed YAML for the bytes from begin to end.
func (d *Document) syntaxIssue(reason string, begin, end int) *Issue {
	return newIssue("yaml-syntax", "invalid YAML: %s", reason).at(d.index().span(begin, end))
}
