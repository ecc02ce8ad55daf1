// Command esc opens, checks and changes environments: YAML documents of configuration and secrets in a directory.
//
//	go run ./examples/esc --dir examples/environments open myapp/dev
//
// It is the command line of the packages eval and providers and adds nothing to them. Run it with --help.
package main

import (
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
    esc run myapp/dev -- printenv AWS_REGION
    esc set myapp/dev app.port 8081

Data goes to standard output, everything else to standard error. The exit code is the first that applies:

    70  a defect of esc
     2  usage: a flag, an argument, a path that does not parse
     1  the document, the environment, a provider, a file or the editor is at
        fault, there is no value at the path, somebody else has changed it
        meanwhile, or esc was interrupted; nothing is saved then
     0  done

With esc run it is that of the program, if that was started.`

// cli is the command line.
type cli struct {
	storeFlags
	KeyFile string `help:"File of the keys of secrets." name:"key" env:"ESC_KEY_FILE" type:"home" placeholder:"FILE"`

	awsFlags

	ShowVersion versionFlag `name:"version" help:"Print which esc this is, and nothing else."`

	printed map[finding]bool // what has been said already

	Init       initCmd       `cmd:"" uses:"dir key" help:"Prepare a directory: a key, a .gitignore and a first environment."`
	Ls         lsCmd         `cmd:"" uses:"dir store" help:"List the environments."`
	New        newCmd        `cmd:"" uses:"dir store key" help:"Make an environment."`
	Open       openCmd       `cmd:"" uses:"dir store key aws" help:"Print an environment with its secrets."`
	Get        getCmd        `cmd:"" uses:"dir store key" help:"Print an environment without calling a provider, secrets redacted."`
	Check      checkCmd      `cmd:"" uses:"dir store" help:"Say what is wrong with environments, or with all."`
	Explain    explainCmd    `cmd:"" uses:"dir store" help:"Say where a value comes from."`
	Graph      graphCmd      `cmd:"" uses:"dir store" help:"Draw what an environment imports and calls."`
	Diff       diffCmd       `cmd:"" uses:"dir store key aws" help:"Compare the values of two environments."`
	Set        setCmd        `cmd:"" uses:"dir store key" help:"Change one value in an environment's file."`
	Rm         rmCmd         `cmd:"" uses:"dir store" help:"Remove one value from an environment's file."`
	Edit       editCmd       `cmd:"" uses:"dir store key" help:"Change an environment's file in your editor, with its secrets decrypted."`
	Encrypt    encryptCmd    `cmd:"" uses:"dir store key" help:"Encrypt the secrets in the files of environments, or of all."`
	Decrypt    decryptCmd    `cmd:"" uses:"dir store key" help:"Print an environment's file with its secrets decrypted."`
	Rotate     rotateCmd     `cmd:"" uses:"dir store key aws" help:"Renew the credentials of an environment, or of all."`
	Status     statusCmd     `cmd:"" uses:"dir store key aws" help:"Say how old the credentials of an environment, or of all, are."`
	Audit      auditCmd      `cmd:"" uses:"dir store key aws" help:"Say which access keys there are, and what is wrong with them."`
	Verify     verifyCmd     `cmd:"" uses:"dir store key aws" help:"Prove that the credentials of an environment, or of all, work."`
	Doctor     doctorCmd     `cmd:"" uses:"dir store key aws" help:"Say what is wrong with an environment and all that it needs, and what to do."`
	Run        runCmd        `cmd:"" uses:"dir store key aws" help:"Run a program with the variables and files of an environment."`
	Key        keyCmd        `cmd:"" uses:"key" help:"Make keys."`
	OIDC       oidcCmd       `cmd:"" uses:"" name:"oidc" help:"Log in to AWS with tokens of an issuer of your own."`
	Completion completionCmd `cmd:"" uses:"" help:"Print a script that lets a shell complete commands, environments and paths."`
	Schema     schemaCmd     `cmd:"" uses:"" help:"Print a JSON Schema of environments, for editors."`
	Help       helpCmd       `cmd:"" uses:"" help:"Print what a command does and takes."`
	Version    versionCmd    `cmd:"" uses:"" help:"Print which esc this is."`
	Complete   completeCmd   `cmd:"" hidden:"" name:"__complete" help:"Print what a shell offers for the last word."`
}

// Validate refuses flags that cannot be used.
func (c *cli) Validate() error {
	return errors.Join(c.storeFlags.Validate(), c.awsFlags.Validate())
}

// evaluator returns an evaluator for the environments. Without keys that can be read it has no Crypter, so that nobody
// needs a key for what is not encrypted.
func (c *cli) evaluator() *eval.Evaluator {
	loader, _ := c.loader() // Validate has said what is wrong with it
	e := &eval.Evaluator{
		Loader:    loader,
		Providers: c.providers(),
		Rotators:  c.rotators(),
	}
	if keys, err := c.keys(); err == nil {
		e.Crypter = keys
	}
	return e
}

// endingSignals ask the program to end. Those are missing that whoever started it had it ignore, as nohup does.
var endingSignals = append(slices.DeleteFunc([]os.Signal{os.Interrupt, syscall.SIGHUP}, signal.Ignored), syscall.SIGTERM)

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
	command, err := parser.Parse(args)
	own, others := args[:len(args)-len(c.Run.Command)], args[len(args)-len(c.Run.Command):]
	copy(c.Run.Command, others) // kong replaces bytes that are not UTF-8
	if slices.ContainsFunc(own, func(arg string) bool { return !utf8.ValidString(arg) }) {
		return c.report(os.Stderr, errors.Join(usageError{errors.New("an argument is not valid UTF-8")}, hint("encode it, or read it with --file")))
	}
	if err != nil && len(args) == 0 && orient(ctx, c) {
		return exitDone
	}
	if err != nil {
		return c.report(os.Stderr, badCommandLine(err))
	}
	return c.report(os.Stderr, c.explain(command.Run(c)))
}

func newParser(ctx context.Context, c *cli) (*kong.Kong, error) {
	return kong.New(c,
		kong.Name("esc"),
		kong.Description(description),
		kong.Vars{
			"formats":     strings.Join(eval.Formats(), ","),
			"openformats": strings.Join(openFormats(), ","),
			"sources":     awslogin.SourceForms,
		},
		kong.NamedMapper("home", kong.MapperFunc(homePath)),
		kong.Help(printHelp),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
		kong.BindTo(ctx, (*context.Context)(nil)))
}
