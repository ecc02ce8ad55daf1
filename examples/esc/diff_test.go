package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPrintDiff(t *testing.T) {
	text := func(lines string) string { return strings.ReplaceAll(lines, " ", "\n") }
	tests := []struct{ name, before, after, want string }{
		{"the same", "a\nb\n", "a\nb\n", ""},
		{"a change", text("a b c d e f g h i "), text("a b c d X f g h i "), text("@@_-2,7_+2,7_@@ _b _c _d -e +X _f _g _h ")},
		{"an addition at the end", text("a b "), text("a b c "), text("@@_-1,2_+1,3_@@ _a _b +c ")},
		{"a removal at the beginning", text("a b c d e f "), text("b c d e f "), text("@@_-1,4_+1,3_@@ -a _b _c _d ")},
		{"from nothing", "", "a", text("@@_-1,0_+1,1_@@ +a ")},
		{
			"changes that are near", text("a b c d e f g h "), text("X b c d Y f g h "),
			text("@@_-1,8_+1,8_@@ -a +X _b _c _d -e +Y _f _g _h "),
		},
		{
			"changes that are not", text("a b c d e f g h i j k l "), text("X b c d e f g h i j Y l "),
			text("@@_-1,4_+1,4_@@ -a +X _b _c _d @@_-8,5_+8,5_@@ _h _i _j -k +Y _l "),
		},
	}
	for _, test := range tests {
		var b strings.Builder
		printDiff(&b, "n", test.before, test.after)
		want := strings.ReplaceAll(test.want, "_", " ")
		if want != "" {
			want = "--- n\n+++ n\n" + want
		}
		if diff := cmp.Diff(want, b.String()); diff != "" {
			t.Errorf("%s: %s", test.name, diff)
		}
	}
}
