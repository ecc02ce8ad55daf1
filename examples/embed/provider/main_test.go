package main

import (
	"strings"
	"testing"

	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/providers/providertest"
)

func variables(name string) (string, bool) { return "t0k3n", name == "API_TOKEN" }

func TestRun(t *testing.T) {
	var out strings.Builder
	if err := run(t.Context(), &out, variables); err != nil {
		t.Fatal(err)
	}
	if want := "header: \"Bearer t0k3n\"\ntoken: t0k3n\n"; out.String() != want {
		t.Errorf("got %q, want %q", &out, want)
	}
}

func TestRunWithoutTheVariable(t *testing.T) {
	var out strings.Builder
	err := run(t.Context(), &out, func(string) (string, bool) { return "", false })
	if want := `variable "API_TOKEN" is not set`; err == nil || !strings.Contains(err.Error(), want) || out.Len() > 0 {
		t.Errorf("wrote %q, %v, want %s", &out, err, want)
	}
}

func TestContract(t *testing.T) {
	request := func(name string) providers.Request {
		return providers.Request{Inputs: map[string]any{"name": name}}
	}
	providertest.Run(t, processVariable(variables), providertest.Options{
		Opens:   []providers.Request{request("API_TOKEN")},
		Refuses: []providers.Request{request("HOME"), {Inputs: map[string]any{}}},
	})
}
