package main

import (
	"bytes"
	"encoding/json"
	"os"
)

type schemaCmd struct {
	Indent bool `help:"Print it in many lines."`
}

func (c *schemaCmd) Help() string {
	return `Prints a JSON Schema of the documents of environments, with what each provider and rotator takes, for editors that check and
complete YAML:

    esc schema > .escapement.json`
}

func (c *schemaCmd) Run(g *cli) error {
	text, err := g.evaluator().LanguageSchema()
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if c.Indent {
		if err := json.Indent(&out, text, "", "  "); err != nil {
			return err
		}
	} else {
		out.Write(text)
	}
	out.WriteByte('\n')
	_, err = out.WriteTo(os.Stdout)
	return err
}
