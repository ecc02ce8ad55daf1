package yamltext

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestSyntaxErrors holds at least one document for each row of the table of syntax errors, so that
// it fails when the library's words change, and the commonest mistakes of users. What is blamed
// stands between the markers; where that is nothing, the markers stand at the place.
func TestSyntaxErrors(t *testing.T) {
	for _, c := range []struct{ text, reason string }{
		// One or more for each row.
		{"a:\n«\t»b: 1\n", tabIndent},
		{"a: «@home»\n", needsQuotes},
		{"a: «`date`»\n", needsQuotes},
		{"a: «%x»\n", needsQuotes},
		{"a: 1\n b«:» 2\n", "wrong indentation"},
		{"a: b«:» c\n", "a value holds `: `, put it in quotes"},
		{"a: \"b\" «c»\n", "text after a closing quote"},
		{"a: 'it'«s'»\n", "text after a closing quote"},
		{"a:\n  b: 1\n «c:» 2\n", "indentation fits no enclosing mapping"},
		{"- - a\n «-» b\n", "indentation fits no enclosing list"},
		{"a: «[»1, 2\nb: 3\n", "bracket is not closed, or a comma is missing"},
		{"a: «{»b: 1\n", "bracket is not closed, or a comma is missing"},
		{"a: «[»${b}, c]\n", "put `${…}` in quotes inside [ ] and { }"},
		{"a: «{»b: ${c}}\n", "put `${…}` in quotes inside [ ] and { }"},
		{"a: [«,» b]\n", "a value is missing"},
		{"a: «\"»b\nc: 1\n", "quote is not closed"},
		{"a: 1\n«abc»\nd: 1\n", "key without a colon and a blank behind it"},
		{"a: \"«\\q»\"\n", unknownEscape},
		{"a: \"\\x«ZZ»\"\n", unknownEscape},
		{"a: \"\\u«d83d\\ude00»\"\n", unknownEscape},
		{"a: «*b»\n", "alias names no anchor above it, put text that begins with `*` in quotes"},
		{"a: «!e!b» c\n", "tag prefix is not declared"},
		{"a: «-» b\n", "a list must begin on its own line"},
		{"a: «?» b\n", "a `?` key must begin on its own line"},
		{"a: |«b»\n  c\n", "text after a block scalar's header"},
		{"a: b\n«\t»c\n", tabIndent},
		{" a: 1\n«b:» 2\n", "text after the end of the document"},
		{"a: &«»\n", notValid},
		// What is checked before reading.
		{"«%YAML 1.2»\na: 1\n", "a directive needs `---` on a line below it"},
		{"%YAML 1.2\n«%FOO»\n# c\n", "a directive needs `---` on a line below it"},
		{strings.Repeat("%TAG !a! b\n", 16) + "«%TAG !a! b»\n---\n", "more tag prefixes than can be declared"},
		{"a: «\x01»\n", "a character that cannot stand in a document"},
		// Mistakes that users make.
		{"values:\n  a: 1\n  b: 2\n   c«:» 3\n", "wrong indentation"},
		{"values:\n    a: 1\n  «b:» 2\n", "indentation fits no enclosing mapping"},
		{"values:\n  a: 1\n«\t»b: 2\n", tabIndent},
		{"«\t»values: 1\n", tabIndent},
		{"values:\n  url: http://x«:» y\n", "a value holds `: `, put it in quotes"},
		{"values:\n  time: at 10«:» 30\n", "a value holds `: `, put it in quotes"},
		{"values:\n  message: error«:» x\n", "a value holds `: `, put it in quotes"},
		{"values:\n  a: ${b«:» c}\n", "a value holds `: `, put it in quotes"},
		{"values:\n  password: «%secret»\n", needsQuotes},
		{"values:\n  email: «@team»\n", needsQuotes},
		{"values:\n  a: «[»1, 2\n  b: 3\n", "bracket is not closed, or a comma is missing"},
		{"values:\n  a: «{»b: 1, c: 2\n", "bracket is not closed, or a comma is missing"},
		{"values:\n  a: [1 2]«]»\n", "indentation fits no enclosing mapping"},
		{"values:\n  a: «{»b: 1 c: 2}\n", "bracket is not closed, or a comma is missing"},
		{"values:\n  fn::join: [\",\", «[»${a}, b]]\n", "put `${…}` in quotes inside [ ] and { }"},
		{"values: {a: «{»fn::secret: ${b}}}\n", "put `${…}` in quotes inside [ ] and { }"},
		{"values:\n  a: \"C:\\U«sers»\"\n", unknownEscape},
		{"values:\n  a: \"«\\d+»\"\n", unknownEscape},
		{"values:\n  a: «\"»unclosed\n  b: 1\n", "quote is not closed"},
		{"values:\n  a: 'don'«t»\n", "text after a closing quote"},
		{"values:\n  a: 'don'«t'»\n", "text after a closing quote"},
		{"values:\n  a: \"x\"«.y»\n", "text after a closing quote"},
		{"values:\n  a\n  b«:» 1\n", "wrong indentation"},
		{"values:\n  a: 1\n  «b»\n  c: 2\n", "key without a colon and a blank behind it"},
		{"imports\n- a\nvalues«:» {}\n", "wrong indentation"},
		{"imports: «-» a\n", "a list must begin on its own line"},
		{"imports:\n  - a\n «-» b\n", "indentation fits no enclosing mapping"},
		{"values:\n  a: «*.example.com»\n", "alias names no anchor above it, put text that begins with `*` in quotes"},
		{"values:\n  a: *«»\n", notValid},
		{"values:\n  a: |«text»\n", "text after a block scalar's header"},
		{"values:\n  a: > «text»\n", "text after a block scalar's header"},
		{"values:\n  a: «]»\n", "a value is missing"},
		{"values:\n  a: b\n«}»\n", "indentation fits no enclosing mapping"},
		{"{\"a\": 1,\n \"b\": «[»1, 2}\n", "bracket is not closed, or a comma is missing"},
		{"«{»\"a\" 1}\n", "bracket is not closed, or a comma is missing"},
		{"{\n  \"a\": «'»x\n}\n", "quote is not closed"},
		{"é: «@ü» x\n", needsQuotes},
		{"日本: é«:» x\n", "a value holds `: `, put it in quotes"},
	} {
		text, want := marked(t, c.text)
		d, issues := Parse([]byte(text), Limits{})
		if d.Root != nil || len(issues) != 1 {
			t.Errorf("%q: root %v, issues %v", text, d.Root, issues)
			continue
		}
		got := issues[0]
		message, _, _ := strings.Cut("invalid YAML: "+c.reason, "; ")
		if got.Code != "yaml-syntax" || got.Message != message || got.Warning || got.Span != want {
			t.Errorf("%q: %s %+v, want %s %+v", text, got.Message, got.Span, message, want)
		}
	}
}

// TestSyntaxErrorRelated shows where a collection stops that is not closed.
func TestSyntaxErrorRelated(t *testing.T) {
	_, issues := Parse([]byte("a: [1, 2\nb: 3\n"), Limits{})
	want := []Related{{Note: "found here", Span: Span{Pos{2, 2, 10}, Pos{2, 3, 11}}}}
	if len(issues) != 1 {
		t.Fatalf("got %v", issues)
	}
	if diff := cmp.Diff(want, issues[0].Related); diff != "" {
		t.Error(diff)
	}
}

// TestSyntaxErrorHint keeps apart what follows the last semicolon.
func TestSyntaxErrorHint(t *testing.T) {
	_, issues := Parse([]byte(`a: "\q"`), Limits{})
	if len(issues) != 1 || issues[0].Hint != `write \\ for a backslash` {
		t.Errorf("got %+v", issues)
	}
}

// TestReasonsQuoteNothing makes errors around a text that must not show.
func TestReasonsQuoteNothing(t *testing.T) {
	const secret = "hunter2"
	for _, text := range []string{
		"a: hunter2: x\n", "a: \"hunter2\n", "a: [hunter2\n", "a: \"\\hunter2\"\n", "a: !hunter2!x y\n", "a: 1\nhunter2\nb: 2\n",
		"a: @hunter2\n", "a: |hunter2\n x\n", "a: 'b' hunter2\n", "a: 1\n...\nhunter2\n---\nx\n", "a: !<hunter2 x\n", "a: hunter2\x01\n",
	} {
		_, issues := Parse([]byte(text), Limits{})
		if len(issues) == 0 {
			t.Errorf("%q is read", text)
		}
		for _, i := range issues {
			if strings.Contains(fmt.Sprint(i), secret) {
				t.Errorf("%q: %v", text, i)
			}
		}
	}
}
