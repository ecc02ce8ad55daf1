package awsiam

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/rotators/internal/iamuser"
)

// The roles of a key in an audit, in the order of its rows.
var auditRoles = []string{"current", "previous", "pending", "retiring", "quarantined", "foreign", "missing"}

// Audit lists the access keys of the user, and those that the document names and AWS does not list. It needs
// iam:ListAccessKeys; without iam:GetAccessKeyLastUsed the last use is not known, and without iam:GetUser it is not
// noticed that the user was made again. A key is signed with only if it is the login. Its needs are the account, the
// permissions, and quota: room for another key. The errors are those of Rotate.
//
// MaxAge is "rotateAfter" by default, or else 90 days, and UnusedFor 45 days.
func (o *Rotator) Audit(ctx context.Context, req *rotators.Request) (*rotators.Audit, error) {
	r := o.newRun(ctx, req, nil)
	r.TellWarner(req)
	audit, err := r.audit(req)
	iamuser.Scrub(err, r.secrets())
	return audit, err
}

func (r *run) audit(req *rotators.Request) (*rotators.Audit, error) {
	if _, err := r.check(req); err != nil {
		return nil, err
	}
	a := auditor{run: r, used: map[string]usage{}}
	if err := a.survey(); err != nil {
		return nil, err
	}
	a.maxAge = cmp.Or(req.Audit.MaxAge, r.in.times.RotateAfter, iamuser.DefaultMaxAge)
	a.unusedFor = cmp.Or(req.Audit.UnusedFor, iamuser.DefaultUnusedFor)
	if err := a.readUses(); err != nil {
		return nil, err
	}
	a.due = iamuser.Due(r.agenda().actions(), r.Now()).Actions
	return &rotators.Audit{Subject: r.User.Text, Rows: a.rows(), Needs: a.needs()}, nil
}

// survey is LOOK for an audit: a user who was made again is no error but something to tell.
func (a *auditor) survey() error {
	a.iam, a.sts = a.dial.IAM(a.Login, a.Region), a.dial.STS(a.Login, a.Region)
	if a.in.verify {
		if err := a.LookAtAccount(a.sts); err != nil {
			return err
		}
	}
	u, err := a.LookAtUser(a.iam)
	if err != nil {
		return err
	}
	saved := a.state.ledger.userID
	a.userKnown = u != nil
	a.recreated = u != nil && saved != "" && saved != aws.ToString(u.UserId)
	if err := a.list(); err != nil {
		return err
	}
	a.works = a.state.current != nil && a.alive(a.state.current.id) // as AWS says; nobody tries it
	return nil
}

// An auditor judges what a run has found.
type auditor struct {
	*run
	userKnown         bool // iam:GetUser is allowed
	recreated         bool
	maxAge, unusedFor time.Duration
	used              map[string]usage
	usesForbidden     bool
	due               []rotators.Action
}

// readUses asks when each key was last used, until that is forbidden.
func (a *auditor) readUses() error {
	for _, id := range a.ids() {
		used, f := a.lastUse(id)
		switch {
		case f == nil:
			a.used[id] = used
		case f.Forbidden():
			a.Warn("last-use-unknown", "", "iam:GetAccessKeyLastUsed is not allowed, so that it is not known which keys are used")
			a.usesForbidden = true
			return nil
		case f.Absent(): // it was deleted a moment ago
		default:
			return a.Ended(f)
		}
	}
	return nil
}

// rows lists the keys in the order of their roles, and of their ids.
func (a *auditor) rows() []rotators.AuditRow {
	roles := a.state.names()
	for _, id := range a.ids() {
		roles[id] = cmp.Or(roles[id], "foreign")
	}
	var rows []rotators.AuditRow
	for id, role := range roles {
		if role == "retiring" && !a.exists(id) {
			continue // it is gone, as it should be; the next rotation takes note of that
		}
		rows = append(rows, a.row(id, role))
	}
	var due iamuser.Verdicts
	due.Due(a.due, "")
	if p := a.state.ledger.pending; p != nil && p.key == nil {
		rows = append(rows, rotators.AuditRow{Role: "pending", Verdicts: append([]rotators.Verdict{iamuser.Unfinished}, due...)})
	} else if a.state.current == nil && len(due) > 0 {
		rows = append(rows, rotators.AuditRow{Role: "current", Verdicts: due})
	}
	slices.SortFunc(rows, func(x, y rotators.AuditRow) int {
		return cmp.Or(slices.Index(auditRoles, x.Role)-slices.Index(auditRoles, y.Role), cmp.Compare(x.KeyID, y.KeyID))
	})
	return rows
}

func (a *auditor) row(id, role string) rotators.AuditRow {
	row := rotators.AuditRow{KeyID: id, Role: role, Status: a.keys[id].status, Created: a.agenda().made(id)}
	if u, asked := a.used[id]; asked && u.known {
		row.LastUsed = rotators.LastUse{Known: true, Time: u.at, Service: u.service, Region: u.region}
	}
	row.Verdicts = a.verdicts(row)
	if !a.exists(id) && (role == "current" || role == "previous") {
		row.Role = "missing"
	}
	return row
}
