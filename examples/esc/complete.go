package main

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"github.com/escapement-go/escapement/eval"
)

type completeCmd struct {
	Words []string `arg:"" optional:"" help:"The words behind esc, up to the one that is completed."`
}

// Run never fails: a shell has no place for a message.
func (c *completeCmd) Run(ctx context.Context, g *cli) error {
	parser, err := newParser(ctx, new(cli))
	if err != nil || len(c.Words) == 0 {
		return nil
	}
	words, last := c.Words[:len(c.Words)-1], c.Words[len(c.Words)-1]
	l := commandLine{node: parser.Model.Node, storeFlags: g.storeFlags}
	for _, word := range words {
		l.read(word)
	}
	if last == "=" { // bash makes it a word of its own
		last = ""
	}
	for _, candidate := range l.candidates(ctx, last) {
		if strings.HasPrefix(candidate, last) {
			fmt.Fprintln(os.Stdout, candidate)
		}
	}
	return nil
}

// A commandLine is what has been read of one.
type commandLine struct {
	node       *kong.Node // the command so far
	flag       *kong.Flag // that the next word is the value of; nil for none
	onlyArgs   bool       // behind --
	positional []string
	storeFlags
}

func (l *commandLine) read(word string) {
	name, value, assigned := strings.Cut(word, "=")
	switch {
	case word == "=" && l.flag != nil:
	case l.flag != nil:
		l.setFlag(word)
	case l.onlyArgs || !strings.HasPrefix(word, "-"):
		l.readArgument(word)
	case word == "--":
		l.onlyArgs = true
	default:
		l.flag = l.findFlag(name)
		if l.flag != nil && l.flag.IsBool() {
			l.flag = nil
		}
		if assigned && l.flag != nil {
			l.setFlag(value)
		}
	}
}

func (l *commandLine) setFlag(value string) {
	switch l.flag.Name {
	case "dir":
		l.Dir, l.Store = value, ""
	case "store":
		l.Dir, l.Store = "", value
	}
	l.flag = nil
}

func (l *commandLine) readArgument(word string) {
	for _, child := range l.node.Children {
		if child.Name == word {
			l.node = child
			return
		}
	}
	l.positional = append(l.positional, word)
}

// flags returns the flags of the command and the global ones that concern it.
func (l *commandLine) flags() (flags []*kong.Flag) {
	hideFlags(l.node)
	for _, group := range l.node.AllFlags(true) {
		flags = append(flags, group...)
	}
	return flags
}

func (l *commandLine) findFlag(name string) *kong.Flag {
	for _, group := range l.node.AllFlags(false) {
		for _, flag := range group {
			if name == "--"+flag.Name || flag.Short != 0 && name == "-"+string(flag.Short) {
				return flag
			}
		}
	}
	return nil
}

// candidates returns what the last word may become. Where it is the name of a file there are none, and the shell offers files.
func (l *commandLine) candidates(ctx context.Context, last string) (all []string) {
	name, _, assigned := strings.Cut(last, "=")
	switch {
	case l.flag != nil:
		return values(l.flag.Value)
	case l.onlyArgs || !strings.HasPrefix(last, "-"):
		return l.arguments(ctx)
	case assigned:
		if flag := l.findFlag(name); flag != nil {
			for _, value := range values(flag.Value) {
				all = append(all, name+"="+value)
			}
		}
		return all
	}
	for _, flag := range l.flags() {
		all = append(all, "--"+flag.Name)
	}
	return all
}

// values returns what a flag or argument may be, if that is a choice.
func values(v *kong.Value) []string {
	if v.Enum == "" {
		return nil
	}
	return v.EnumSlice()
}

// arguments returns the commands, or what the next argument of the command may be.
func (l *commandLine) arguments(ctx context.Context) (all []string) {
	if l.node.Name == "help" {
		return commandNames(l.helped())
	}
	all = commandNames(l.node)
	positional := l.node.Positional
	if len(all) > 0 || len(positional) == 0 {
		return all
	}
	i := min(len(l.positional), len(positional)-1)
	argument := positional[i]
	if i < len(l.positional) && !argument.IsSlice() {
		return nil // there are all of them
	}
	loader, err := l.loader()
	if err != nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, completionTime)
	defer cancel()
	e := &eval.Evaluator{Loader: loader}
	switch argument.Name {
	case "env", "other-env", "prefix":
		all, _ = e.List(ctx)
		return all
	case "path":
		return paths(ctx, e, l.positional[0])
	}
	return values(argument)
}

// commandNames returns the commands below one.
func commandNames(node *kong.Node) (names []string) {
	for _, child := range node.Children {
		if !child.Hidden {
			names = append(names, child.Name)
		}
	}
	return names
}

// helped returns the command that the words behind help name so far.
func (l *commandLine) helped() *kong.Node {
	named := commandLine{node: l.node.Parent}
	for _, word := range l.positional {
		named.readArgument(word)
	}
	return named.node
}

// completionTime bounds how long somebody waits who has pressed a key.
const completionTime = 3 * time.Second

// maxCompleted bounds how many paths are offered.
const maxCompleted = 10_000

// plainPath matches the paths that every shell takes as they are.
var plainPath = regexp.MustCompile(`^[A-Za-z0-9_.\[\]-]+$`)

// paths returns the paths of the values of an environment. It calls no provider: there are none.
func paths(ctx context.Context, e *eval.Evaluator, name string) (all []string) {
	env, _ := e.Check(ctx, name)
	var visit func(path string, v eval.Value)
	visit = func(path string, v eval.Value) {
		for key, part := range v.All() {
			p := partPath(path, key)
			if len(all) < maxCompleted && plainPath.MatchString(p) {
				all = append(all, p)
				if !part.Secret() { // whose members have secret names
					visit(p, part)
				}
			}
		}
	}
	visit("", env.Values)
	return all
}
