package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/escapement-go/escapement/eval"
)

// advised returns a diagnostic in terms of the command, where the library can only speak in general: what is wrong, and
// which flag or command helps.
func (c *cli) advised(d *eval.Diagnostic) *eval.Diagnostic {
	advised := *d
	switch d.Code {
	case "no-crypter":
		_, err := c.keys()
		if err == nil { // somebody has just made it
			return d
		}
		advised.Message, advised.Hint = cutLast(err.Error())
	case "unknown-key-id":
		advised.Message, _ = cutLast(d.Message)
		advised.Hint = fmt.Sprintf("add that key to %q, name another file with --key or in ESC_KEY_FILE, or write the secret again", c.KeyFile)
	case "not-rotated":
		name, _, _ := strings.Cut(d.Range.Environment, "@")
		advised.Hint = "run esc rotate " + name
	case "load-failed":
		if !errors.Is(d, fs.ErrPermission) {
			return d
		}
		advised.Hint = "make it readable for the user who runs esc"
	case "provider-failed/no-token-source":
		advised.Hint = "name the source of tokens with --token-source or in ESC_TOKEN_SOURCE"
	default:
		return d
	}
	return &advised
}

// advisedAll returns diagnostics in terms of the command.
func (c *cli) advisedAll(ds eval.Diagnostics) (all eval.Diagnostics) {
	for _, d := range ds {
		all = append(all, c.advised(d))
	}
	return all
}

// A finding is what tells one printed diagnostic from another.
type finding struct {
	to            io.Writer
	where         eval.Range
	code, message string
}

// fresh returns the diagnostics that have not been printed yet: many environments may import the one that something is wrong
// with.
func (c *cli) fresh(w io.Writer, ds eval.Diagnostics) (fresh eval.Diagnostics) {
	for _, d := range ds {
		f := finding{w, d.Range, d.Code, d.Message}
		if strings.HasPrefix(d.Code, "provider-failed") { // what the provider says may have the number of a request
			f.message = ""
		}
		if c.isNew(f) || d.Range.IsZero() {
			fresh = append(fresh, d)
		}
	}
	return fresh
}

// isNew reports whether something is to be printed for the first time.
func (c *cli) isNew(f finding) bool {
	if c.printed == nil {
		c.printed = map[finding]bool{}
	}
	printed := c.printed[f]
	c.printed[f] = true
	return !printed
}

// news returns the fresh diagnostics in terms of the command. What to do about a code is said once.
func (c *cli) news(w io.Writer, ds eval.Diagnostics) (news eval.Diagnostics) {
	for _, d := range c.fresh(w, ds) {
		advised := c.advised(d)
		if advised != d && !c.isNew(finding{to: w, code: d.Code, message: advised.Hint}) {
			advised.Hint = ""
		}
		news = append(news, advised)
	}
	return news
}
