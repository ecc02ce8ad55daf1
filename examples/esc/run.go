package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/escapement-go/escapement/eval"
)

type runCmd struct {
	Env         string   `arg:"" help:"Name of the environment, such as myapp/dev."`
	Command     []string `arg:"" passthrough:"" help:"Program to run and its arguments, behind --."`
	Interpolate bool     `help:"Replace the references in the arguments."`
	Redact      *bool    `negatable:"" help:"Redact secrets in all that the program prints, or nothing; left out, what does not go to a terminal."`
}

func (c *runCmd) Help() string {
	return `Opens the environment and runs a program with its environmentVariables, over those that are there already, and with its
files: each is a file that only you can read, in memory where the system has such a place, and a variable with its path.
They are removed however the program ends. If esc is killed, the next esc edit, or esc run with files, removes them.

    esc run myapp/dev -- ./server --verbose
    esc run myapp/dev --interpolate -- psql -p '${db.port}'

The exit code is that of the program, or 128 and the number of the signal that ended it; 127 if there is no such program,
and 126 if it cannot be run. What esc fails with before that has the codes of other commands, and says
"hint: the program was not started". Signals are passed on to the program.

Where standard output or standard error is no terminal, [secret] takes the place of secrets: as they are, line by line, in
base64 and hexadecimal, and escaped for JSON, URLs and shells. Those of less than 4 bytes stay. What may be the beginning of
a secret is held back until that is clear. All this is against accidents: a program can give away what it knows.

Every process of the machine can read arguments, so --interpolate refuses a secret in one. As in a document, ${app.port} is
a reference then, and $$ a dollar sign.`
}

// notStarted tells a failure of esc from one of the program.
const notStarted = hint("the program was not started")

func (c *runCmd) Run(ctx context.Context, g *cli) error {
	p := &program{environ: os.Environ()}
	defer p.clear() // after a panic
	err := c.prepare(ctx, g, p)
	if err == nil {
		err = p.start(ctx)
	}
	if err != nil {
		return errors.Join(err, p.clear(), notStarted)
	}
	return errors.Join(p.wait(), p.clear())
}

// checkUsage refuses what is no program, such as a misspelt flag.
func (c *runCmd) checkUsage() error {
	first := c.Command[0]
	if first == "--" {
		c.Command = c.Command[1:]
	} else if strings.HasPrefix(first, "-") {
		return errors.Join(usageError{fmt.Errorf("unknown flag %s", first)}, hint("write -- before a program whose name begins so"))
	}
	if len(c.Command) == 0 || c.Command[0] == "" {
		return errors.Join(usageError{errors.New("no program is named")}, hint("write esc run ENV -- PROGRAM ARGUMENT..."))
	}
	return nil
}

// prepare opens the environment and gives the program what it needs.
func (c *runCmd) prepare(ctx context.Context, g *cli, p *program) error {
	if err := c.checkUsage(); err != nil {
		return err
	}
	env, err := g.evaluator().Open(ctx, c.Env)
	if err != nil {
		return err
	}
	p.args = c.Command
	g.printDiagnostics(os.Stderr, env.Diagnostics)
	if c.Interpolate {
		if p.args, err = interpolated(env, c.Command); err != nil {
			return err
		}
	}
	p.catchSignals()
	secrets, err := p.equip(env)
	if err != nil {
		return err
	}
	patterns, short := patternsOf(secrets)
	if err := p.connect(patterns, c.Redact); err != nil {
		return err
	}
	if short > 0 && len(p.outputs) > 0 {
		fmt.Fprintf(os.Stderr, "warning: secrets of less than %d bytes are not redacted; there are %d\n", minRedacted, short)
	}
	return nil
}

// interpolated replaces references in arguments.
func interpolated(env *eval.Environment, args []string) ([]string, error) {
	all := make([]string, len(args))
	for i, arg := range args {
		v, err := env.Interpolate(arg)
		switch {
		case err != nil:
			return nil, errors.Join(err, hint(fmt.Sprintf("this is about argument %d of the program", i)))
		case v.Secret():
			return nil, errors.Join(
				fmt.Errorf("argument %d of the program holds a secret, and every process of the machine can read arguments", i),
				hint(`put it into environmentVariables, and let the program read the variable: sh -c 'program "$NAME"'`))
		}
		if all[i], err = textOf(v); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// textOf is the text of a string, even if it is secret.
func textOf(v eval.Value) (string, error) {
	text, err := v.Reveal()
	if err != nil {
		return "", err
	}
	return fmt.Sprint(text), nil
}

// equip gives the program its variables and files, and returns all secrets.
func (p *program) equip(env *eval.Environment) (secrets []string, err error) {
	for text := range env.Secrets() {
		secrets = append(secrets, text)
	}
	for name, v := range env.Variables() {
		text, err := textOf(v)
		if err != nil {
			return nil, err
		}
		if v.Secret() {
			secrets = append(secrets, text)
		}
		p.environ = append(p.environ, name+"="+text)
	}
	files := 0
	for name, v := range env.Files() {
		text, err := textOf(v)
		if err != nil {
			return nil, err
		}
		if v.Secret() {
			secrets = append(secrets, text)
		}
		files++
		path, err := p.putFile(strconv.Itoa(files), text)
		if err != nil {
			return nil, err
		}
		p.environ = append(p.environ, name+"="+path)
	}
	return secrets, nil
}
