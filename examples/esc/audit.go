package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/rotators"
)

type auditCmd struct {
	many
	MaxAge    duration `placeholder:"AGE" help:"Age, such as 90d, up to which a key may work; where it is left out, that at which it is due for rotation, or 90d."`
	UnusedFor duration `placeholder:"AGE" help:"Time, such as 45d, within which a key is to have been used; 45d where it is left out."`
	Strict    bool     `help:"Exit with 1 for a warning, too."`
	Format    string   `short:"f" enum:"text,json,sarif" default:"text" help:"One of text, json, sarif."`
}

func (c *auditCmd) Help() string {
	return `Lists every access key of the users whose keys the environments rotate: which document holds it, how old it is, when it was
last used, and what is wrong with it. Nothing but reading is done, with the login of the environment, which needs
iam:ListAccessKeys and, to tell more, iam:GetUser and iam:GetAccessKeyLastUsed. No secret is shown. A console password has a
line, too; that needs iam:GetUser and iam:GetLoginProfile to tell all.

A key that several of the environments hold is an error, since each rotation of one would end what another one hands out.

The exit code is 1 if a verdict is an error or, with --strict, a warning, and if something could not be audited.

    esc audit myapp/dev myapp/prod --max-age 90d
    esc audit --all -f sarif >keys.sarif`
}

// A duration is an age such as 90d or 36h.
type duration time.Duration

func (d *duration) UnmarshalText(text []byte) error {
	if days, ok := strings.CutSuffix(string(text), "d"); ok {
		if n, err := strconv.ParseUint(days, 10, 16); err == nil && n > 0 {
			*d = duration(time.Duration(n) * 24 * time.Hour)
			return nil
		}
	} else if parsed, err := time.ParseDuration(string(text)); err == nil && parsed > 0 {
		*d = duration(parsed)
		return nil
	}
	return errors.New("write an age such as 90d or 36h")
}

func (c *auditCmd) Run(ctx context.Context, g *cli) error {
	e := g.evaluator()
	opts := eval.AuditOptions{AuditOptions: rotators.AuditOptions{MaxAge: time.Duration(c.MaxAge), UnusedFor: time.Duration(c.UnusedFor)}}
	audits, err := c.audits(ctx, g, e, opts)
	if err != nil {
		return err
	}
	var list []audited
	var errs []error
	for audit, err := range audits {
		if errs = append(errs, err); err == nil {
			g.printDiagnostics(os.Stderr, audit.Environment.Diagnostics)
		}
		for _, r := range audit.Results {
			r.Diagnostics = g.advisedAll(r.Diagnostics)
			list = append(list, newAudited(audit.Environment.Name, r, err))
		}
	}
	findHolders(list, g.file)
	return errors.Join(errors.Join(errs...), c.print(os.Stdout, list), c.judge(list))
}

// audits asks the environments that are named, or those that --all stands for.
func (c *auditCmd) audits(ctx context.Context, g *cli, e *eval.Evaluator, opts eval.AuditOptions) (iter.Seq2[*eval.Audit, error], error) {
	if c.All {
		names, err := c.names(ctx, g, e)
		return e.AuditAll(ctx, names, opts), err
	}
	return func(yield func(*eval.Audit, error) bool) {
		for _, name := range c.Envs {
			if !yield(e.Audit(ctx, name, opts)) {
				return
			}
		}
	}, nil
}

// An audited rotator is what is printed of one as JSON.
type audited struct {
	Environment string           `json:"environment"`
	Path        string           `json:"path"`
	Rotator     string           `json:"rotator"`
	Subject     string           `json:"subject,omitempty"` // whose keys they are; none of a rotator that has no audit
	Keys        []auditedKey     `json:"keys"`
	Diagnostics eval.Diagnostics `json:"diagnostics,omitempty"`

	place  eval.Range
	failed bool // something is wrong with the environment
}

// An auditedKey is one of its rows.
type auditedKey struct {
	ID        string     `json:"id,omitempty"`
	Role      string     `json:"role"`
	Status    string     `json:"status,omitempty"`
	Created   *time.Time `json:"created,omitempty"`
	LastUse   *lastUse   `json:"lastUse,omitempty"` // none: not known
	Documents []string   `json:"documents"`         // those that hold it, with the path
	Verdicts  []verdict  `json:"verdicts"`
}

type lastUse struct {
	Time    *time.Time `json:"time,omitempty"` // none: never
	Service string     `json:"service,omitempty"`
	Region  string     `json:"region,omitempty"`
}

type verdict struct {
	Level rotators.Level `json:"level"`
	Code  string         `json:"code"`
	Text  string         `json:"text"`
}

func newAudited(environment string, r eval.AuditResult, err error) audited {
	a := audited{
		Environment: environment, Path: r.Path, Rotator: r.Rotator, Keys: []auditedKey{}, Diagnostics: r.Diagnostics, place: r.Range, failed: err != nil,
	}
	if r.Audit == nil {
		return a
	}
	a.Subject = r.Audit.Subject
	for _, row := range r.Audit.Rows {
		key := auditedKey{
			ID: row.KeyID, Role: row.Role, Status: row.Status, Created: instant(row.Created), Documents: []string{}, Verdicts: []verdict{},
		}
		if row.LastUsed.Known {
			key.LastUse = &lastUse{instant(row.LastUsed.Time), row.LastUsed.Service, row.LastUsed.Region}
		}
		for _, v := range row.Verdicts {
			key.Verdicts = append(key.Verdicts, verdict{v.Level, v.Code, v.Text})
		}
		a.Keys = append(a.Keys, key)
	}
	return a
}

// A holding is a document that holds a key.
type holding struct {
	name string // of the environment, and the path
	file string // of the environment, which may have several names, and the path
}

// findHolders notes for each key which of the audited documents hold it: a key that is foreign to one may belong to another.
// One that several hold, such as a document and its copy, is a verdict: each of them would end what the others hand out.
func findHolders(list []audited, file func(environment string) string) {
	holders := map[string][]holding{}
	for _, a := range list {
		for _, key := range a.Keys {
			if key.Role != "foreign" {
				holders[a.credential(key)] = append(holders[a.credential(key)], holding{a.name(), file(a.Environment) + " " + a.Path})
			}
		}
	}
	delete(holders, "")
	for _, a := range list {
		for i := range a.Keys {
			key, others := &a.Keys[i], []string{}
			for _, h := range holders[a.credential(*key)] {
				key.Documents = append(key.Documents, h.name)
				if h.file != file(a.Environment)+" "+a.Path {
					others = append(others, h.name)
				}
			}
			if key.Role != "foreign" && key.Role != "missing" && len(others) > 0 {
				key.Verdicts = append(key.Verdicts, verdict{rotators.Serious, "shared", "it is in " + strings.Join(others, ", ") +
					" as well, and to rotate the one ends what the other hands out; remove it from all but one"})
			}
		}
	}
}

// name tells rotators apart.
func (a audited) name() string { return a.Environment + " " + a.Path }

// credential tells keys apart, and passwords, which have no id: a user has one. It is empty if there is none yet.
func (a audited) credential(key auditedKey) string {
	if key.ID == "" && key.Created != nil {
		return a.Rotator + " " + a.Subject
	}
	return key.ID
}

// judge is the error of an audit that has found something bad.
func (c *auditCmd) judge(list []audited) error {
	bad := rotators.Serious
	if c.Strict {
		bad = rotators.Warning
	}
	keys, faulty := 0, 0
	for _, a := range list {
		for _, key := range a.Keys {
			keys++
			if slices.ContainsFunc(key.Verdicts, func(v verdict) bool { return v.Level >= bad }) {
				faulty++
			}
		}
	}
	if faulty == 0 {
		return nil
	}
	return fmt.Errorf("%d of %d keys are not as they should be", faulty, keys)
}

func (c *auditCmd) print(w io.Writer, list []audited) error {
	switch c.Format {
	case "json":
		return printJSON(w, append([]audited{}, list...))
	case "sarif":
		return printJSON(w, newSARIF(list))
	}
	return printAudits(w, list, time.Now())
}

// printAudits writes a table of the keys, and then what is wrong with them.
func printAudits(w io.Writer, list []audited, now time.Time) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "ENVIRONMENT\tPATH\tUSER\tKEY\tROLE\tSTATUS\tAGE\tLAST USED\tVERDICTS\tHELD BY")
	var texts strings.Builder
	for _, a := range list {
		if a.Subject == "" && len(a.Diagnostics) == 0 && !a.failed {
			fmt.Fprintln(table, visibleAll("\t", a.Environment, a.Path, "-", "-", "-", "-", "-", "-", a.Rotator+" has no audit", "-"))
		}
		for _, key := range a.Keys {
			fmt.Fprintln(table, visibleAll("\t", a.Environment, a.Path,
				a.Subject[strings.LastIndexByte(a.Subject, '/')+1:], dash(key.ID), key.Role, dash(strings.ToLower(key.Status)),
				age(key.Created, now), key.lastUsed(now), cmp.Or(key.verdicts(), "ok"), dash(strings.Join(a.otherHolders(key), ", "))))
			for _, v := range key.Verdicts {
				if v.Level > rotators.Note {
					fmt.Fprintf(&texts, "%s: %s\n", v.Level, visible(fmt.Sprintf("%s %s: %s of %s: %s [%s]",
						a.Environment, a.Path, cmp.Or(key.ID, key.Role), a.Subject, v.Text, v.Code)))
				}
			}
		}
	}
	if err := table.Flush(); err != nil {
		return err
	}
	_, err := io.WriteString(w, texts.String())
	return err
}

// otherHolders returns the documents that hold a key, but for the one that was audited.
func (a audited) otherHolders(key auditedKey) []string {
	return slices.DeleteFunc(slices.Clone(key.Documents), func(held string) bool { return held == a.name() })
}

func (k auditedKey) verdicts() string {
	codes := []string{}
	for _, v := range k.Verdicts {
		codes = append(codes, v.Code)
	}
	return strings.Join(slices.Compact(codes), ", ")
}

func (k auditedKey) lastUsed(now time.Time) string {
	switch {
	case k.LastUse == nil:
		return "unknown"
	case k.LastUse.Time == nil:
		return "never"
	}
	return strings.TrimSpace(strings.Join([]string{age(k.LastUse.Time, now), "ago", k.LastUse.Service, k.LastUse.Region}, " "))
}
