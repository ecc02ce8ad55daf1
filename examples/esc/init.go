package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/escapement-go/escapement/eval"
)

type initCmd struct {
	Dir string `arg:"" optional:"" name:"dir" help:"Directory to prepare; where it is left out, that of --dir, or the working directory."`
}

func (c *initCmd) Help() string {
	return `Prepares a directory for environments: a key outside of it for secrets, a .gitignore that keeps keys out of the repository,
and a first environment to begin with. What is there already stays as it is, so that it does no harm to run it again.

    esc init
    esc --key ~/team.key init environments

The key is written to the file of --key, and to escapement.key in your home directory where that is left out.`
}

func (c *initCmd) Run(ctx context.Context, g *cli) error {
	if g.Store != "" && (c.Dir == "" || g.Store != os.Getenv("ESC_STORE")) {
		return errors.Join(usageError{fmt.Errorf("esc init prepares a directory, and %q is a store", g.Store)},
			hint("esc key new FILE makes a key, and esc new NAME an environment there"))
	}
	g.Dir, g.Store = cmp.Or(c.Dir, g.directory()), ""
	keyFile, err := initKey(g.KeyFile)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(g.Dir, 0o777); err != nil {
		return fmt.Errorf("cannot make the directory %w", err)
	}
	if err := initIgnore(filepath.Join(g.Dir, ".gitignore")); err != nil {
		return err
	}
	made, err := initDocument(ctx, g)
	if err != nil {
		return err
	}
	_, err = io.WriteString(os.Stderr, "\nNext:\n"+exports(keyFile, g.Dir)+nextSteps(made))
	return err
}

// exports are the commands that let the next ones find what was prepared. A flag is for one command.
func exports(keyFile, dir string) (lines string) {
	if os.Getenv("ESC_KEY_FILE") != keyFile {
		lines += "  export ESC_KEY_FILE=" + shellWord(keyFile) + "\n"
	}
	if os.Getenv("ESC_STORE") != "" { // which counts before a directory
		lines += "  unset ESC_STORE\n"
	}
	if dir != cmp.Or(os.Getenv("ESC_DIR"), ".") {
		lines += "  export ESC_DIR=" + shellWord(dir) + "\n"
	}
	return lines
}

// nextSteps are commands for the first environment, or to find one's way among those that were there.
func nextSteps(made bool) string {
	if !made {
		return "  esc ls\n  esc check --all\n  esc new NAME\n"
	}
	return fmt.Sprintf("  esc open %s\n  esc edit %[1]s\n  esc set %[1]s app.password --secret\n", firstName)
}

// initKey makes sure that there is a key, and returns its file.
func initKey(file string) (string, error) {
	if file == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return "", errors.Join(errors.New("there is no home directory for the key"), hint("name its file with --key"))
		}
		file = filepath.Join(home, "escapement.key")
	}
	key, err := eval.NewKey("")
	if err != nil {
		return "", err
	}
	switch err := eval.WriteKeyFile(file, eval.KeyRing{key}); {
	case errors.Is(err, fs.ErrExist):
		if _, err := eval.ReadKeyFile(file); err != nil {
			return "", fmt.Errorf("cannot use the key file %w", err)
		}
		fmt.Fprintf(os.Stderr, "the key in %q stays as it is\n", file)
	case err != nil:
		return "", fmt.Errorf("cannot write the key file %w", err)
	default:
		fmt.Fprintf(os.Stderr, "wrote the key %q to %q; keep a copy in a safe place\n", key.ID(), file)
	}
	return file, nil
}

// gitignored is what git is to leave alone: keys, issuers, and what a save that was broken off leaves behind.
var gitignored = []string{"*.key", "issuer.json", "oidc.json", ".*.yaml.tmp", ".*.yaml.lock"}

// initIgnore adds what is missing in a .gitignore.
func initIgnore(file string) error {
	text, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("cannot read %w", err)
	}
	lines := strings.Split(strings.ReplaceAll(string(text), "\r\n", "\n"), "\n")
	added := ""
	for _, line := range gitignored {
		if !slices.Contains(lines, line) {
			added += line + "\n"
		}
	}
	if added == "" {
		return nil
	}
	if len(text) > 0 && text[len(text)-1] != '\n' {
		added = "\n" + added
	}
	f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
	if err == nil {
		_, err = f.WriteString(added)
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		return fmt.Errorf("cannot write %w", err)
	}
	fmt.Fprintf(os.Stderr, "wrote what git is to leave alone to %q\n", file)
	return nil
}

// firstName and firstDocument are an environment to begin with.
const (
	firstName     = "myapp/dev"
	firstDocument = `# An environment: values, which may refer to one another. Others import it by its name, myapp/dev.
values:
  app:
    host: localhost
    port: 8080
    url: http://${app.host}:${app.port}/

  # What programs find in their environment.
  environmentVariables:
    APP_URL: ${app.url}
`
)

// initDocument makes sure that there is an environment, and reports whether it has made the first one.
func initDocument(ctx context.Context, g *cli) (made bool, err error) {
	e := g.evaluator()
	names, err := e.List(ctx)
	if err != nil {
		return false, fmt.Errorf("cannot list environments: %w", err)
	}
	if len(names) > 0 {
		fmt.Fprintf(os.Stderr, "the environments in %q stay as they are\n", g.Dir)
		return false, nil
	}
	doc, err := eval.Parse(firstName, []byte(firstDocument))
	if err != nil {
		return false, err
	}
	if _, err := e.Create(ctx, doc); err != nil {
		return false, err
	}
	file := filepath.Join(g.Dir, filepath.FromSlash(firstName)+".yaml")
	fmt.Fprintf(os.Stderr, "wrote the environment %q to %q\n", firstName, file)
	return true, nil
}

// shellWord writes a text as one word of a shell.
func shellWord(text string) string {
	if strings.Trim(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./") == "" {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}
