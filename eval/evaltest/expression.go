package evaltest

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/escapement-go/escapement/eval"
)

// expression checks a section "expression NAME".
func (r *report) expression(name, want string) {
	var b bytes.Buffer
	if err := r.env.Write(&b, eval.FormatOptions{Format: "detailed", Expressions: true}); err != nil {
		r.problem("expression %s: %v", name, err)
		return
	}
	v, err := decodeJSON(b.Bytes())
	if err != nil {
		r.problem("expression %s: %v", name, err)
		return
	}
	whole, _ := v.(map[string]any)
	exprs, _ := whole["exprs"].(map[string]any)
	got, err := canonical(shortRanges(exprs[name]))
	if err != nil {
		r.problem("expression %s: %v", name, err)
		return
	}
	if strings.TrimSpace(want) == "" {
		r.problem("expression %s is %s", name, got)
		return
	}
	r.compareJSON("expression "+name, got, want)
}

// shortRanges writes each range as text.
func shortRanges(v any) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = shortRanges(v[i])
		}
	case map[string]any:
		if begin, ok := v["begin"].(map[string]any); ok {
			end, _ := v["end"].(map[string]any)
			return fmt.Sprintf("%v:%v-%v:%v", begin["line"], begin["column"], end["line"], end["column"])
		}
		for key := range v {
			v[key] = shortRanges(v[key])
		}
	}
	return v
}
