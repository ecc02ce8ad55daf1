package main

import (
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// printHelp prints the help of a command with those of the global flags that concern it: the tag uses of a command names
// them, where aws stands for all that say how esc reaches AWS.
func printHelp(options kong.HelpOptions, ctx *kong.Context) error {
	if command := ctx.Selected(); command != nil {
		hideFlags(command)
	}
	return kong.DefaultHelpPrinter(options, ctx)
}

// hideFlags hides the global flags that do not concern a command.
func hideFlags(command *kong.Node) {
	used, limited := usedFlags(command)
	app := command
	for app.Parent != nil {
		app = app.Parent
	}
	for _, flag := range app.Flags {
		concern := flag.Name
		if concern == "token-source" || strings.HasPrefix(concern, "aws-") {
			concern = "aws"
		}
		flag.Hidden = limited && concern != "help" && !slices.Contains(used, concern)
	}
}

// usedFlags returns what the nearest tag at or above a command says that it uses.
func usedFlags(command *kong.Node) (used []string, limited bool) {
	for ; command != nil; command = command.Parent {
		if command.Tag != nil && command.Tag.Has("uses") {
			return strings.Fields(command.Tag.Get("uses")), true
		}
	}
	return nil, false
}
