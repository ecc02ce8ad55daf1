package eval_test

import (
	"context"
	"errors"
	"testing"

	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/schema"
)

// Of a part of an answer that is secret, an editor shows neither what the schema says of it nor what members it has.
func TestEditorSecretParts(t *testing.T) {
	box := func(secret bool) *schema.Schema {
		return &schema.Schema{
			Type: []string{"object"}, Description: "What it is for.", Secret: secret,
			Properties: map[string]*schema.Schema{"hunter2": {Type: []string{"string"}}},
		}
	}
	e := editorEvaluator()
	e.Providers["vault"] = providers.New(providers.Schema{Outputs: &schema.Schema{
		Type: []string{"object"}, Properties: map[string]*schema.Schema{"open": box(false), "shut": box(true)},
	}}, func(context.Context, *providers.Request) (any, error) { return nil, errors.New("called") })
	for _, test := range []struct {
		part    string
		about   string
		members int
	}{
		{"open", "What it is for.", 1},
		{"shut", "", 0},
	} {
		const head = "values:\n  k: {fn::open::vault: {}}\n"
		src, line, column := cutCursor(t, head+"  x: ${k."+test.part+cursorMark+"}\n")
		place, err := e.At(t.Context(), "r", []byte(src), line, column-1)
		if err != nil || place.About != test.about || (place.Schema != nil) != (test.about != "") {
			t.Errorf("%s is %+v, %v", test.part, place, err)
		}
		src, line, column = cutCursor(t, head+"  x: ${k."+test.part+"."+cursorMark+"}\n")
		found, err := e.Complete(t.Context(), "r", []byte(src), line, column)
		if err != nil || len(found) != test.members {
			t.Errorf("below %s there are %+v, %v", test.part, found, err)
		}
	}
}
