package main

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/rotators/awsiam"
)

// A watchedLogin is the provider of logins. It notes who has logged in.
type watchedLogin struct {
	providers.Provider

	mu     sync.Mutex
	asked  bool
	logins []string
}

func (w *watchedLogin) Open(ctx context.Context, req *providers.Request) (any, error) {
	out, err := w.Provider.Open(ctx, req)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asked = true
	login, _ := out.(map[string]any)
	if id, ok := login["accessKeyId"].(string); ok && err == nil {
		text := "logged in with " + id
		if until, ok := login["expiresAt"].(string); ok {
			text += ", until " + until
		}
		w.logins = append(w.logins, text)
	}
	return out, err
}

// open opens an environment without rotators, since that is all there is to do with it.
func (d *doctor) open(ctx context.Context) {
	env, err := d.e.Open(ctx, d.name)
	d.providers(env.Diagnostics)
	if err == nil {
		d.add(check{Check: "provider", State: checkOK, Text: "the environment opens"})
	}
}

// providers adds what is said of calls, and the logins that have succeeded.
func (d *doctor) providers(found eval.Diagnostics) {
	for _, fault := range found {
		switch {
		case !strings.HasPrefix(fault.Code, "provider-"):
		case strings.HasPrefix(fault.Message, `provider "aws-login"`):
			d.found("login", "", fault)
		default:
			d.found("provider", "", fault)
		}
	}
	for _, text := range d.login.logins {
		d.add(check{Check: "login", State: checkOK, Text: text})
	}
}

// audit has the rotators say what there is, and what a rotation needs.
func (d *doctor) audit(ctx context.Context) {
	audit, _ := d.e.Audit(ctx, d.name, eval.AuditOptions{Paths: d.paths})
	own := map[*eval.Diagnostic]bool{}
	for _, r := range audit.Results {
		for _, fault := range r.Diagnostics {
			if own[fault] = fault.Range == r.Range; strings.HasPrefix(fault.Code, "audit-failed") {
				d.found(concern(fault), r.Path, fault)
			}
		}
	}
	// What a rotator warns of itself is among its needs.
	d.providers(slices.DeleteFunc(slices.Clone(audit.Environment.Diagnostics), func(fault *eval.Diagnostic) bool { return own[fault] }))
	for _, r := range audit.Results {
		if r.Audit != nil {
			d.needs(r)
			d.credentials(r)
		}
	}
}

// concern is the check that an audit failed in.
func concern(fault *eval.Diagnostic) string {
	failed, _ := errors.AsType[*awsiam.Error](error(fault))
	switch code := strings.TrimPrefix(fault.Code, "audit-failed/"); {
	case code == "bad-input", code == "bad-state":
		return "document"
	case code == "login-expiring":
		return "login"
	case code == "denied" && failed != nil && strings.HasPrefix(failed.AWSCode, "AccessDenied"):
		return "permission"
	case code == "denied":
		return "login"
	}
	return "account"
}

// needs adds what a rotation needs.
func (d *doctor) needs(r eval.AuditResult) {
	for _, need := range r.Audit.Needs {
		c := check{Check: need.Name, State: checkOK, Path: r.Path, Text: need.Text}
		switch {
		case !need.Checked:
			c.State = checkSkipped
		case !need.Met && need.Level == rotators.Serious:
			c.State, c.Remedy = checkError, need.Remedy
		case !need.Met:
			c.State, c.Remedy = checkWarning, need.Remedy
		}
		switch {
		case strings.Contains(need.Name, ":"):
			c.Check, c.Text = "permission", need.Name+": "+need.Text
		case need.Name == "password-policy":
			c.Check = "account"
		}
		d.add(c)
	}
}

// credentials adds what is wrong with the present credentials. What is unfinished and due, the status tells.
func (d *doctor) credentials(r eval.AuditResult) {
	remedies := map[string]string{
		"foreign": "find out whose it is; delete it, or use another user for this rotation",
		"too-old": "rotate it", "missing": "restore the document, or remove the state and rotate", "inactive": "switch it on again, or rotate",
		"recreated": "remove the state, and rotate", "unused": "find out whether it is needed", "age-unknown": "rotate it",
		"claimed": "find out who needs it", "unpublished": "rotate it, which says what to do", "over-quota": "delete those that nobody needs",
	}
	sound := true
	for _, row := range r.Audit.Rows {
		for _, v := range row.Verdicts {
			if v.Level == rotators.Note || v.Code == "unfinished" {
				continue
			}
			sound = false
			d.add(check{
				Check: "credential", State: v.Level.String(), Path: r.Path, Remedy: remedies[v.Code],
				Text: strings.TrimSpace(row.KeyID+" "+row.Role) + ": " + v.Text,
			})
		}
	}
	if sound {
		d.add(check{Check: "credential", State: checkOK, Path: r.Path, Text: "there is nothing wrong with " + r.Audit.Subject})
	}
}
