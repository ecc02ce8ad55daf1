package evaltest

import (
	"bytes"
	"fmt"

	"github.com/escapement-go/escapement/eval"
)

// detailed checks a section "detailed PATH" or "expression NAME".
func (r *report) detailed(kind, path, want string) {
	opts := eval.FormatOptions{Format: "detailed", Path: path}
	if kind == "expression" {
		opts.Path, opts.Expressions = "", true
	}
	var b bytes.Buffer
	if err := r.env.Write(&b, opts); err != nil {
		r.problem("%s %s: %v", kind, path, err)
		return
	}
	v, err := decodeJSON(b.Bytes())
	if kind == "expression" {
		whole, _ := v.(map[string]any)
		exprs, _ := whole["exprs"].(map[string]any)
		v = exprs[path]
	}
	got := ""
	if err == nil {
		got, err = canonical(r.shortRanges(v))
	}
	if err != nil {
		r.problem("%s %s: %v", kind, path, err)
		return
	}
	r.compareJSON(kind+" "+path, got, want)
}

// shortRanges writes each range as text, with the environment if it is not the root.
func (r *report) shortRanges(v any) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = r.shortRanges(v[i])
		}
	case map[string]any:
		if begin, ok := v["begin"].(map[string]any); ok {
			end, _ := v["end"].(map[string]any)
			text := fmt.Sprintf("%v:%v-%v:%v", begin["line"], begin["column"], end["line"], end["column"])
			if v["environment"] != r.env.Name {
				text = fmt.Sprintf("%v:%s", v["environment"], text)
			}
			return text
		}
		for key := range v {
			v[key] = r.shortRanges(v[key])
		}
	}
	return v
}
