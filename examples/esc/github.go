package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/escapement-go/escapement/eval"
)

// github gives the variables to the next steps of a job of GitHub Actions.
func (c *openCmd) github(ctx context.Context, g *cli) error {
	file := os.Getenv("GITHUB_ENV")
	switch {
	case c.Path != "":
		return usageError{errors.New(`format "github" takes no path`)}
	case file == "":
		return errors.Join(errors.New("GITHUB_ENV is not set"), hint("use the format github in a step of GitHub Actions, and another one elsewhere"))
	}
	env, err := c.open(ctx, g)
	if err != nil {
		return err
	}
	variables, err := githubVariables(env)
	if err != nil {
		return err
	}
	if _, err := os.Stdout.Write(githubMasks(env)); err != nil { // before anything that others have written, or a secret, is printed
		return err
	}
	g.printDiagnostics(os.Stderr, env.Diagnostics)
	warnOfNone(env)
	f, err := os.OpenFile(file, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.Write(variables)
	return errors.Join(err, f.Close())
}

// githubVariables writes variables as the runner reads them from the file, between two lines that occur in none of them.
func githubVariables(env *eval.Environment) ([]byte, error) {
	var b bytes.Buffer
	object, _ := env.Values.Member("environmentVariables")
	for name, v := range env.Variables() {
		text, err := textOf(v)
		if err != nil {
			return nil, err
		}
		shown := name
		if object.Secret() {
			shown = redactedText
		}
		if err := checkGitHub(name, shown, text); err != nil {
			return nil, err
		}
		end := "esc-" + rand.Text()
		fmt.Fprintf(&b, "%s<<%s\n%s\n%s\n", name, end, text, end)
	}
	return b.Bytes(), nil
}

// checkGitHub refuses what the runner refuses, ignores or would change.
func checkGitHub(name, shown, text string) error {
	upper := strings.ToUpper(name)
	why := ""
	switch {
	case upper == "NODE_OPTIONS", strings.HasPrefix(upper, "GITHUB_"), strings.HasPrefix(upper, "RUNNER_"):
		return fmt.Errorf("GitHub Actions does not let a step set %q", shown)
	case strings.ContainsAny(name, "\r\n") || strings.Contains(name, "<<"):
		return fmt.Errorf("%q cannot be the name of a variable in GitHub Actions", shown)
	case !utf8.ValidString(text):
		why = "it is not valid UTF-8"
	case strings.HasSuffix(text, "\r"):
		why = "it ends in a carriage return"
	}
	if why != "" {
		return errors.Join(fmt.Errorf("%q cannot be written as \"github\": %s", shown, why), hint("use esc run in the step that needs it"))
	}
	return nil
}

var githubEscapes = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")

// githubMasks are commands that keep secrets, and each line of one, out of the log.
func githubMasks(env *eval.Environment) []byte {
	var masked []string
	for secret := range env.Secrets() {
		masked = append(masked, secret)
	}
	for _, v := range env.Variables() {
		if text, err := textOf(v); err == nil && v.Secret() {
			masked = append(masked, text)
		}
	}
	for _, secret := range masked {
		for line := range strings.FieldsFuncSeq(secret, func(r rune) bool { return r == '\r' || r == '\n' }) {
			if len(strings.TrimSpace(line)) >= minRedacted {
				masked = append(masked, line)
			}
		}
	}
	var b bytes.Buffer
	for _, text := range slices.Compact(slices.Sorted(slices.Values(masked))) {
		if strings.TrimSpace(text) != "" {
			fmt.Fprintf(&b, "::add-mask::%s\n", githubEscapes.Replace(text))
		}
	}
	return b.Bytes()
}
