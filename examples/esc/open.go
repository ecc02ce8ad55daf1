package main

import (
	"context"
	"slices"

	"github.com/escapement-go/escapement/eval"
)

type openCmd struct {
	Env    string `arg:"" help:"Name of the environment, such as myapp/dev."`
	Path   string `arg:"" optional:"" help:"Path of one value, such as aws.login or hosts[0]; all values where it is left out."`
	Format string `short:"f" enum:"${openformats}" default:"json" help:"One of ${openformats}."`
}

// openFormats are the formats of package eval, and those that would make no sense without secrets.
func openFormats() []string {
	return slices.Sorted(slices.Values(append(eval.Formats(), "credential-process", "github")))
}

func (c *openCmd) Help() string {
	return `Calls the providers that the environment names, decrypts its secrets and prints it all. With a PATH, only what that
value needs is called and decrypted. Where a document has an error, nothing is called and nothing is printed.

These formats are of environmentVariables and take no PATH. What one of them cannot say exactly is refused.

    shell       for POSIX shells:  eval "$(esc open ENV -f shell)"
    fish        for fish:          esc open ENV -f fish | source
    powershell  for PowerShell:    esc open ENV -f powershell | Out-String | Invoke-Expression
    dotenv      for programs that read .env files
    github      for the next steps of a job of GitHub Actions: adds them to the file $GITHUB_ENV, and prints commands that
                keep secrets out of the log

The format credential-process is for credential_process in the configuration file of AWS. PATH is that of the credentials,
aws.login where it is left out.

    esc open myapp/dev
    esc open myapp/dev aws.region -f string`
}

func (c *openCmd) Run(ctx context.Context, g *cli) error {
	switch c.Format {
	case "github":
		return c.github(ctx, g)
	case "credential-process":
		return c.credentialProcess(ctx, g)
	}
	s := selection{Path: c.Path, Format: c.Format}
	if err := s.check(); err != nil {
		return err
	}
	env, err := c.open(ctx, g)
	if err != nil {
		return err
	}
	return s.print(g, env, true)
}

// open opens the environment, or only what the value at the path needs.
func (c *openCmd) open(ctx context.Context, g *cli) (*eval.Environment, error) {
	var paths []string
	if c.Path != "" {
		paths = append(paths, c.Path)
	}
	done := progress("opening " + c.Env)
	defer done()
	return g.evaluator().Open(ctx, c.Env, paths...)
}
