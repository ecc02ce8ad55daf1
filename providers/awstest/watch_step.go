package awstest

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// before notes what holds before a call or a save.
func (w *Watch) before() {
	w.lived, w.remembered = w.alive(), w.remembers()
	w.served, w.holding = w.serves(), w.holds()
}

// after asserts that it holds still.
func (w *Watch) after(what *call) {
	if w.lived {
		w.assert("I1", w.alive(), "after %s no key in current (%q) or previous (%q) is alive", what.Action, w.names.current, w.names.previous)
	}
	if w.remembered {
		w.assert("P1", w.remembers(), "after %s the document does not hold the password in force", what.Action)
	}
	if w.served {
		w.assert("I12", w.serves(), "after %s the secret holds %s, which is not alive", what.Action, w.holds())
	}
	if now := w.holds(); now != w.holding {
		w.emptied[w.holding] = w.sim.clock.Now()
	}
}

// afterCall judges what a call has done.
func (w *Watch) afterCall(c *call, in any) {
	if c.run == nil {
		return
	}
	w.after(c)
	if !c.Executed {
		return
	}
	if writes(c.Action) {
		w.record(c.run).effects++
	}
	if retires(in) {
		w.retired(c)
	}
}

func writes(action string) bool {
	return !strings.HasPrefix(action, "Get") && !strings.HasPrefix(action, "List") && action != "AssumeRoleWithWebIdentity"
}

// retires tells whether a call is to delete or to deactivate a key.
func retires(in any) bool {
	switch in := in.(type) {
	case *iam.DeleteAccessKeyInput:
		return true
	case *iam.UpdateAccessKeyInput:
		return in.Status != types.StatusTypeActive
	}
	return false
}

// retired judges a key's end.
func (w *Watch) retired(c *call) {
	id, n, r := c.KeyID, w.names, w.record(c.run)
	w.assert("I3", w.ours(id, r), "%s of %s, which the document never named and no intent proves", c.Action, id)
	w.assert("I4", id != n.current && id != n.previous && (id != n.pending || !n.pendingSecret),
		"%s of %s, which the document still has", c.Action, id)
	if at, found := w.left[id]; found && !w.Forced {
		early := at.Add(w.MinInterval).Sub(w.sim.clock.Now())
		w.assert("I8", early <= 0, "%s of %s, %v too early", c.Action, id, early)
	}
	if w.Secret != "" {
		w.assert("I12", id != w.holds(), "%s of %s, which the secret holds", c.Action, id)
		if at, found := w.emptied[id]; found && !w.Forced {
			early := at.Add(w.MinInterval).Sub(w.sim.clock.Now())
			w.assert("I12", early <= 0, "%s of %s, %v too early after it has left the secret", c.Action, id, early)
		}
	}
	if c.Action == "DeleteAccessKey" {
		due := slices.Contains(n.retiring, id) || id == n.quarantine || id == n.pending || slices.Contains(r.made, id)
		w.assert("I10", due, "%s was deleted, and the document does not list it as retiring or quarantined", id)
	}
}

// ours tells whether the document, an intent or an answer to this very run proves that a key is ours.
func (w *Watch) ours(id string, r *runRecord) bool {
	if w.held[id] || slices.Contains(r.made, id) {
		return true
	}
	k := w.sim.keys[id]
	if k == nil || !k.used.at.IsZero() {
		return false
	}
	return slices.ContainsFunc(w.intents, func(i *intent) bool {
		if !i.covers(id, k.created) {
			return false
		}
		rivals := 0
		for _, other := range k.user.keys {
			if other != k && other.exists() && !w.held[other.id] && i.covers(other.id, other.created) {
				rivals++
			}
		}
		return rivals == 0
	})
}

// answered judges what a run sent and what it learned.
func (w *Watch) answered(c *call, a answer, in any) {
	if c.run == nil || a.damage == refused {
		return
	}
	r := w.record(c.run)
	if r.awaiting != "" {
		undoes := c.Action == "DeleteAccessKey" && c.KeyID == r.awaiting
		w.assert("I5", undoes, "%s before the secret of %s was saved", c.Action, r.awaiting)
		if undoes && c.Executed {
			r.awaiting = ""
		}
	}
	if retires(in) {
		w.assert("I2", c.KeyID != w.names.current && c.KeyID != c.Signer, "%s of %s, which is current or signs", c.Action, c.KeyID)
	}
	if c.Action == "CreateAccessKey" {
		r.creates++
		w.assert("I7", r.creates == 1, "CreateAccessKey was sent %d times", r.creates)
	}
	if a.err == nil && a.damage == intact {
		r.learn(w, c, a.out)
	}
}

// learn takes in an answer that the run has seen.
func (r *runRecord) learn(w *Watch, c *call, out any) {
	switch out := out.(type) {
	case *iam.CreateAccessKeyOutput:
		if out.AccessKey != nil && out.AccessKey.AccessKeyId != nil {
			r.awaiting = *out.AccessKey.AccessKeyId
			r.made = append(r.made, r.awaiting)
		}
	case *sts.GetCallerIdentityOutput:
		k := w.sim.keys[c.Signer]
		if k != nil && out.Arn != nil && *out.Arn == k.user.arn {
			r.proven[k.id]++
		}
	}
}

// beforeSave notes whose save it is, for the revision that comes of it.
func (w *Watch) beforeSave(c *call) {
	w.before()
	w.acting = c.run
}

// afterSave judges what a save has done. The key that a run has made is safe once the document has its secret.
func (w *Watch) afterSave(c *call, err error) {
	w.acting = nil
	w.after(c)
	r := w.record(c.run)
	if err == nil {
		r.effects++
	}
	if r.awaiting != "" && w.names.has(r.awaiting) && (w.names.pendingSecret || w.names.pending != r.awaiting) {
		r.awaiting = ""
	}
}
