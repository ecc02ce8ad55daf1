package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"

	"github.com/alecthomas/kong"
)

type versionCmd struct {
	Format string `short:"f" enum:"text,json" default:"text" help:"One of text, json."`
}

func (c *versionCmd) Help() string {
	return `Prints which esc this is, and what it was built with. It reads no environment.

    esc version
    esc version -f json`
}

// A versionFlag prints which esc this is, whatever else is on the command line.
type versionFlag bool

func (versionFlag) BeforeReset(app *kong.Kong) error {
	err := (&versionCmd{}).Run()
	app.Exit(new(cli).report(os.Stderr, err))
	return nil
}

// A build says what a program was built of and with.
type build struct {
	Version  string `json:"version"`            // of the module; "(devel)" for a checkout
	Revision string `json:"revision,omitempty"` // of the checkout, as far as that is known
	Modified bool   `json:"modified,omitempty"` // and whether files of it were changed
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

func (c *versionCmd) Run() error {
	b := build{Version: "(unknown)", Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	if info, ok := debug.ReadBuildInfo(); ok {
		b.Version = info.Main.Version
		for _, s := range info.Settings {
			switch s.Key {
			case "vcs.revision":
				b.Revision = s.Value
			case "vcs.modified":
				b.Modified = s.Value == "true"
			}
		}
	}
	if c.Format == "json" {
		return printJSON(os.Stdout, b)
	}
	_, err := fmt.Printf("esc %s, built with %s for %s\n", b.Version, b.Go, b.Platform)
	return err
}
