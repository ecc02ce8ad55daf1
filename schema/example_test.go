package schema_test

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/escapement-go/escapement/schema"
)

func ExampleSchema_Validate() {
	inputs := &schema.Schema{
		Type: []string{"object"},
		Properties: map[string]*schema.Schema{
			"region": {Type: []string{"string"}, Pattern: "^[a-z]+-[a-z]+-[0-9]$"},
			"hours":  {Type: []string{"integer"}, Minimum: "1", Maximum: "12"},
			"token":  {Type: []string{"string"}, Secret: true},
		},
		AdditionalProperties: &schema.Schema{Never: true},
		Required:             []string{"region", "token"},
	}
	for _, v := range inputs.Validate(map[string]any{
		"regoin": "eu-west-1",
		"hours":  json.Number("24"),
		"token":  schema.NewSecret("hunter2"),
	}) {
		fmt.Println(v)
	}
	// Output:
	// property "region" is missing [missing-property]
	// at "hours": must be at most 12 [out-of-range]
	// at "regoin": property "regoin" is not allowed; allowed are "hours", "region", "token"; did you mean "region"? [unexpected-property]
}

func ExampleSchema_Validate_unknown() {
	port := &schema.Schema{Type: []string{"integer"}, Minimum: "1"}
	fmt.Println(port.Validate(schema.Unknown{Of: &schema.Schema{Type: []string{"number"}}}))
	fmt.Println(port.Validate(schema.Unknown{Of: &schema.Schema{Type: []string{"string", "null"}}}))
	// Output:
	// []
	// [must be integer, is null or string [wrong-type]]
}

func ExampleParse() {
	s, problems := schema.Parse(map[string]any{"type": "string", "minLenght": json.Number("8")})
	for _, p := range problems {
		_, hint, _ := strings.Cut(p.Hint, "; ")
		fmt.Println(p.Warning, p.Message, "-", hint)
	}
	fmt.Println(s)
	// Output:
	// true schema keyword "minLenght" is not supported and not applied - did you mean "minLength"?
	// {"type":"string"}
}

func ExampleSecret() {
	password := schema.NewSecret("correct horse")
	fmt.Printf("%v %+v %q\n", password, password, password)
	fmt.Println(password.Reveal())
	// Output:
	// [secret] [secret] [secret]
	// correct horse
}

func ExampleSchema_MarkSecrets() {
	outputs := &schema.Schema{Properties: map[string]*schema.Schema{
		"user":     {Type: []string{"string"}},
		"password": {Type: []string{"string"}, Secret: true},
	}}
	fmt.Println(outputs.MarkSecrets(map[string]any{"user": "alice", "password": "correct horse"}))
	// Output:
	// map[password:[secret] user:alice]
}

func ExampleSchema_ApplyDefaults() {
	inputs := &schema.Schema{Properties: map[string]*schema.Schema{
		"hours": {Type: []string{"integer"}, Default: json.Number("1")},
	}}
	fmt.Println(inputs.ApplyDefaults(map[string]any{"region": "eu-west-1"}))
	// Output:
	// map[hours:1 region:eu-west-1]
}

func ExampleSchema_Property() {
	outputs := &schema.Schema{
		Type:       []string{"object"},
		Properties: map[string]*schema.Schema{"port": {Type: []string{"integer"}}},
	}
	port, step := outputs.Property("port")
	fmt.Println(port, step == schema.Defined)
	_, step = outputs.Property("prot")
	fmt.Println(step == schema.Undeclared, schema.Nearest("prot", outputs.Names()))
	// Output:
	// {"type":"integer"} true
	// true port
}
