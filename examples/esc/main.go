// Command esc opens, checks and changes environments: YAML documents of configuration and secrets in a directory.
//
//	go run ./examples/esc --dir examples/environments open myapp/dev
//
// It is the command line of the packages eval and providers and adds nothing to them. Run it with --help.
package main

import (
	"cmp"
	"context"
	"errors"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"unicode/utf8"

	"github.com/alecthomas/kong"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/providers/awslogin"
)

const description = `Opens, checks and changes environments: YAML documents of configuration and secrets in a directory.

The environment myapp/dev is the file myapp/dev.yaml:

    esc --dir examples/environments open myapp/dev
    esc --dir examples/environments open myapp/dev aws.region -f string
    eval "$(esc --dir examples/environments open myapp/dev -f shell)"
    esc set myapp/dev app.port 8081

Data goes to standard output, everything else to standard error. The exit code is the first that applies:

    70  a defect of esc
     2  usage: a flag, an argument, a path that does not parse
     1  the document, the environment, a provider, a file or the editor is at
        fault, there is no value at the path, somebody else has changed it
        meanwhile, or esc was interrupted; nothing is saved then
     0  done`

// cli is the command line.
type cli struct {
	Dir     string `help:"Directory of the environments; the working directory where it is left out." env:"ESC_DIR" placeholder:"DIR"`
	KeyFile string `help:"File of the keys of secrets." name:"key" env:"ESC_KEY_FILE" placeholder:"FILE"`

	awsFlags

	Open    openCmd    `cmd:"" help:"Print an environment with its secrets."`
	Get     getCmd     `cmd:"" help:"Print an environment without calling a provider, secrets redacted."`
	Check   checkCmd   `cmd:"" help:"Say what is wrong with environments."`
	Set     setCmd     `cmd:"" help:"Change one value in an environment's file."`
	Rm      rmCmd      `cmd:"" help:"Remove one value from an environment's file."`
	Edit    editCmd    `cmd:"" help:"Change an environment's file in your editor, with its secrets decrypted."`
	Encrypt encryptCmd `cmd:"" help:"Encrypt the secrets in an environment's file."`
	Decrypt decryptCmd `cmd:"" help:"Print an environment's file with its secrets decrypted."`
	Rotate  rotateCmd  `cmd:"" help:"Renew the credentials of an environment, or of all."`
	Status  statusCmd  `cmd:"" help:"Say how old the credentials of an environment, or of all, are."`
	Audit   auditCmd   `cmd:"" help:"Say which access keys there are, and what is wrong with them."`
	Verify  verifyCmd  `cmd:"" help:"Prove that the credentials of an environment work."`
	Doctor  doctorCmd  `cmd:"" help:"Say what is wrong with an environment and all that it needs, and what to do."`
	Key     keyCmd     `cmd:"" help:"Make keys."`
	OIDC    oidcCmd    `cmd:"" name:"oidc" help:"Log in to AWS with tokens of an issuer of your own."`
}

// evaluator returns an evaluator for the directory. Without keys that can be read it has no Crypter, so that nobody
// needs a key for what is not encrypted.
func (c *cli) evaluator() *eval.Evaluator {
	e := &eval.Evaluator{
		Loader:    eval.Dir(cmp.Or(c.Dir, ".")),
		Providers: c.providers(),
		Rotators:  c.rotators(),
	}
	if keys, err := c.keys(); err == nil {
		e.Crypter = keys
	}
	return e
}

// endingSignals ask the program to end.
var endingSignals = []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP}

func main() {
	os.Exit(run(os.Args[1:]))
}

// run runs one command and returns the exit code.
func run(args []string) (code int) {
	defer func() {
		if v := recover(); v != nil {
			code = reportDefect(os.Stderr, v)
		}
	}()
	ctx, stop := signal.NotifyContext(context.Background(), endingSignals...)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the program at once

	c := &cli{}
	parser, err := newParser(ctx, c)
	if err != nil {
		panic(err)
	}
	if slices.ContainsFunc(args, func(arg string) bool { return !utf8.ValidString(arg) }) {
		return report(os.Stderr, errors.Join(usageError{errors.New("an argument is not valid UTF-8")}, hint("encode it, or read it with --file")))
	}
	command, err := parser.Parse(args)
	if err != nil {
		return report(os.Stderr, badCommandLine(err))
	}
	return report(os.Stderr, c.explain(command.Run(c)))
}

func newParser(ctx context.Context, c *cli) (*kong.Kong, error) {
	return kong.New(c,
		kong.Name("esc"),
		kong.Description(description),
		kong.Vars{"formats": strings.Join(eval.Formats(), ","), "sources": awslogin.SourceForms},
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
		kong.BindTo(ctx, (*context.Context)(nil)))
}
