package providers

import (
	"encoding/json"
	"fmt"
	"math"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/escapement-go/escapement/schema"
)

// Secrets are compared by what is in them, which their printed form hides.
var revealed = cmp.Comparer(func(a, b schema.Secret) bool { return cmp.Equal(a.Data(), b.Data()) })

type region string

type common struct {
	Region region `json:"region"`
}

type everything struct {
	common
	Text     string         `json:"text"`
	Number   json.Number    `json:"number"`
	Int      int8           `json:"int"`
	Uint     uint16         `json:"uint"`
	Float    float32        `json:"float"`
	Bool     bool           `json:"bool"`
	Secret   schema.Secret  `json:"secret"`
	Any      any            `json:"any"`
	Pointer  *string        `json:"pointer"`
	List     []int          `json:"list"`
	Map      map[region]int `json:"map"`
	Nested   *nested        `json:"nested"`
	Address  netip.Addr     `json:"address"`
	Odd      string         `json:"odd name"`
	Untagged string
	Skipped  string `json:"-"`
	Optional string `json:"optional,omitempty"`
	hidden   string
}

type nested struct {
	Secrets []schema.Secret   `json:"secrets"`
	Texts   map[string]string `json:"texts"`
}

func TestDecode(t *testing.T) {
	hunter, five := "hunter2", json.Number("5")
	secret := schema.NewSecret(hunter)
	tests := []struct {
		name   string
		inputs map[string]any
		want   everything
	}{
		{"nothing", nil, everything{}},
		{"string", map[string]any{"text": "a"}, everything{Text: "a"}},
		{"secret into string", map[string]any{"text": secret}, everything{Text: hunter}},
		{"secret into secret", map[string]any{"secret": secret}, everything{Secret: secret}},
		{"string into secret", map[string]any{"secret": hunter}, everything{Secret: secret}},
		{"number into secret", map[string]any{"secret": five}, everything{Secret: schema.SecretData(five)}},
		{"secret into any", map[string]any{"any": secret}, everything{Any: secret}},
		{"secret into named string", map[string]any{"region": schema.NewSecret("eu")}, everything{common: common{"eu"}}},
		{"secret into pointer", map[string]any{"pointer": secret}, everything{Pointer: &hunter}},
		{"number", map[string]any{"number": five, "int": five, "uint": five, "float": five},
			everything{Number: "5", Int: 5, Uint: 5, Float: 5}},
		{"whole number", map[string]any{"int": json.Number("1.20e1"), "uint": json.Number("700e-2")},
			everything{Int: 12, Uint: 7}},
		{"extremes", map[string]any{"int": json.Number("-128"), "uint": json.Number("65535")},
			everything{Int: math.MinInt8, Uint: math.MaxUint16}},
		{"secret number", map[string]any{"int": schema.SecretData(five)}, everything{Int: 5}},
		{"boolean", map[string]any{"bool": true}, everything{Bool: true}},
		{"array", map[string]any{"list": []any{five, nil}}, everything{List: []int{5, 0}}},
		{"empty array", map[string]any{"list": []any{}}, everything{List: []int{}}},
		{"map", map[string]any{"map": map[string]any{"eu": five}}, everything{Map: map[region]int{"eu": 5}}},
		{"secret object into struct",
			map[string]any{"nested": schema.SecretData(map[string]any{
				"secrets": []any{hunter, five},
				"texts":   map[string]any{"a": hunter},
			})},
			everything{Nested: &nested{[]schema.Secret{secret, schema.SecretData(five)}, map[string]string{"a": hunter}}}},
		{"secret object into any", map[string]any{"any": schema.SecretData([]any{hunter})},
			everything{Any: schema.SecretData([]any{hunter})}},
		{"text unmarshaler", map[string]any{"address": "::1"}, everything{Address: netip.IPv6Loopback()}},
		{"odd name", map[string]any{"odd name": "a"}, everything{Odd: "a"}},
		{"untagged", map[string]any{"Untagged": "a"}, everything{Untagged: "a"}},
		{"letter case counts", map[string]any{"untagged": "a", "TEXT": "b"}, everything{}},
		{"tag options are not names", map[string]any{"optional": "a"}, everything{Optional: "a"}},
		{"skipped", map[string]any{"-": "a", "Skipped": "b"}, everything{Skipped: ""}},
		{"unexported", map[string]any{"hidden": "a", "common": "b"}, everything{hidden: ""}},
		{"unknown members", map[string]any{"more": "a"}, everything{}},
		{"null", map[string]any{"text": nil, "pointer": nil, "nested": nil, "secret": nil, "any": nil}, everything{}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var got everything
			if err := (&Request{Inputs: test.inputs}).Decode(&got); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got, revealed, cmp.AllowUnexported(everything{}),
				cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestDecodeErrors(t *testing.T) {
	tests := []struct {
		inputs map[string]any
		want   string
	}{
		{map[string]any{"text": json.Number("5")}, `at "text": must be a string, is a number`},
		{map[string]any{"text": []any{}}, `at "text": must be a string, is an array`},
		{map[string]any{"number": "5"}, `at "number": must be a number, is a string`},
		{map[string]any{"int": "5"}, `at "int": must be a number, is a string`},
		{map[string]any{"int": json.Number("128")}, `at "int": does not fit into int8`},
		{map[string]any{"uint": json.Number("-1")}, `at "uint": does not fit into uint16`},
		{map[string]any{"uint": json.Number("1e30")}, `at "uint": does not fit into uint16`},
		{map[string]any{"int": json.Number("1.5")}, `at "int": must be a whole number that fits into int8`},
		{map[string]any{"int": json.Number("1e999999999")}, `at "int": must be a whole number that fits into int8`},
		{map[string]any{"float": json.Number("1e39")}, `at "float": does not fit into float32`},
		{map[string]any{"bool": "true"}, `at "bool": must be a boolean, is a string`},
		{map[string]any{"pointer": true}, `at "pointer": must be a string, is a boolean`},
		{map[string]any{"list": map[string]any{}}, `at "list": must be an array, is an object`},
		{map[string]any{"list": []any{json.Number("1"), "2"}}, `at "list[1]": must be a number, is a string`},
		{map[string]any{"map": []any{}}, `at "map": must be an object, is an array`},
		{map[string]any{"map": map[string]any{"a": "b", `c "d"`: "e"}}, `at "map.a": must be a number, is a string`},
		{map[string]any{"map": map[string]any{`c "d"`: "e"}}, `at "map[\"c \\\"d\\\"\"]": must be a number, is a string`},
		{map[string]any{"odd name": true}, `at "[\"odd name\"]": must be a string, is a boolean`},
		{map[string]any{"nested": map[string]any{"texts": map[string]any{"a": []any{}}}},
			`at "nested.texts.a": must be a string, is an array`},
		{map[string]any{"nested": schema.SecretData(map[string]any{"texts": map[string]any{"hunter2": true}})},
			`at "nested.texts[secret]": must be a string, is a boolean`},
		{map[string]any{"address": "hunter2"}, `at "address": is not the text of a netip.Addr`},
		{map[string]any{"address": true}, `at "address": must be a string, is a boolean`},
		{map[string]any{"region": true}, `at "region": must be a string, is a boolean`},
		{map[string]any{"text": schema.Unknown{}}, `at "text": is not known`},
		{map[string]any{"text": 5}, `at "text": is of type int, which is not plain data`},
	}
	for _, test := range tests {
		t.Run(test.want, func(t *testing.T) {
			err := (&Request{Inputs: test.inputs}).Decode(new(everything))
			if got := fmt.Sprint(err); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestDecodeTargets(t *testing.T) {
	req := &Request{Inputs: map[string]any{"a": "b"}}
	var list []string
	tests := []struct {
		target any
		want   string
	}{
		{nil, "cannot decode inputs into <nil>; use a pointer to a struct"},
		{everything{}, "cannot decode inputs into providers.everything; use a pointer to a struct"},
		{(*everything)(nil), "cannot decode inputs into *providers.everything; use a pointer to a struct"},
		{&list, "the inputs: must be an array, is an object"},
		{&struct {
			A chan int `json:"a"`
		}{}, `at "a": must be something that fits into the Go type chan int, is a string`},
		{&struct {
			A fmt.Stringer `json:"a"`
		}{}, `at "a": must be something that fits into the Go type fmt.Stringer, is a string`},
	}
	for _, test := range tests {
		if got := fmt.Sprint(req.Decode(test.target)); got != test.want {
			t.Errorf("got  %s\nwant %s", got, test.want)
		}
	}

	var got map[string]string
	if err := req.Decode(&got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"a": "b"}, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestDecodeKeepsPresets(t *testing.T) {
	got := everything{Text: "preset", Int: 1, Map: map[region]int{"eu": 1}}
	inputs := map[string]any{"text": nil, "map": map[string]any{"us": json.Number("2")}}
	if err := (&Request{Inputs: inputs}).Decode(&got); err != nil {
		t.Fatal(err)
	}
	want := everything{Text: "preset", Int: 1, Map: map[region]int{"eu": 1, "us": 2}}
	if got.Text != want.Text || got.Int != want.Int || !cmp.Equal(got.Map, want.Map) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// What is decoded into any can be changed without the request noticing.
func TestDecodeCopies(t *testing.T) {
	inputs := func() map[string]any {
		return map[string]any{"any": map[string]any{"list": []any{map[string]any{"a": "b"}}}}
	}
	req := &Request{Inputs: inputs()}
	var in everything
	if err := req.Decode(&in); err != nil {
		t.Fatal(err)
	}
	list := in.Any.(map[string]any)["list"].([]any)
	list[0].(map[string]any)["a"] = "changed"
	list[0] = nil
	if diff := cmp.Diff(inputs(), req.Inputs); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// plain generates data whose every string and member name is, or is part of, a secret canary.
func plain(depth int) *rapid.Generator[any] {
	leaves := []*rapid.Generator[any]{
		rapid.Just[any](canary),
		rapid.Just[any](schema.NewSecret(canary)),
		rapid.Just[any](nil),
		rapid.Just[any](true),
		rapid.Just[any](json.Number("17.5")),
	}
	if depth == 0 {
		return rapid.OneOf(leaves...)
	}
	below := plain(depth - 1)
	return rapid.OneOf(append(leaves,
		rapid.Map(rapid.SliceOfN(below, 0, 3), func(items []any) any { return items }),
		rapid.Map(rapid.MapOfN(names, below, 0, 4), func(m map[string]any) any { return m }),
		rapid.Map(below, func(v any) any { return schema.SecretData(map[string]any{canary: v, "texts": v}) }),
	)...)
}

const canary = "hunter2"

var names = rapid.SampledFrom([]string{
	"text", "number", "int", "uint", "float", "bool", "secret", "any", "pointer", "list", "map", "nested", "address",
	"secrets", "texts", "region", "odd name", "Untagged", "other",
})

// Decoding never panics, whatever fits or does not, and what it says never holds text of the inputs.
func TestDecodeSaysNoSecret(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		inputs := rapid.MapOfN(names, plain(3), 0, 8).Draw(t, "inputs")
		err := (&Request{Inputs: inputs}).Decode(new(everything))
		if text := fmt.Sprintf("%v %+v %#v", err, err, err); strings.Contains(text, canary) {
			t.Errorf("secret in %s", text)
		}
	})
}

// Decoding what an encoder of the same rules wrote gives back the struct.
func TestDecodeRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := nested{
			Secrets: rapid.SliceOfN(rapid.Map(rapid.String(), schema.NewSecret), 0, 4).Draw(t, "secrets"),
			Texts:   rapid.MapOf(rapid.String(), rapid.String()).Draw(t, "texts"),
		}
		secrets, texts := []any{}, map[string]any{}
		for _, s := range want.Secrets {
			secrets = append(secrets, s)
		}
		for name, text := range want.Texts {
			texts[name] = text
		}
		var data any = map[string]any{"secrets": secrets, "texts": texts}
		if rapid.Bool().Draw(t, "in a secret") {
			data = schema.SecretData(data)
		}
		var got everything
		if err := (&Request{Inputs: map[string]any{"nested": data}}).Decode(&got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(&want, got.Nested, revealed); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	})
}
