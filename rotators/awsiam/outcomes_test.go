package awsiam

import (
	"encoding/base64"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/escapement-go/escapement/providers/awstest"
)

// A fault is one way in which one step goes wrong. It strikes the first such step of a run, or each.
type fault struct {
	name    string
	unknown bool // nobody can tell whether the step was carried out
	strike  func(a *attempt, nth int)
}

// callFault has calls that are of a kind end in an outcome.
func callFault(step, name string, is func(*attempt, awstest.Call) bool, o awstest.Outcome) fault {
	return fault{name: step + ": " + name, strike: func(a *attempt, nth int) {
		a.sim.Script(awstest.Rule{Nth: nth, Outcome: o, When: func(c awstest.Call) bool { return c.Run == a.run.Name() && is(a, c) }})
	}}
}

func saveFault(point, name string, o awstest.SaveOutcome) fault {
	return fault{name: point + ": " + name, unknown: strings.HasPrefix(name, "uncertain"), strike: func(a *attempt, nth int) {
		a.doc.Script(awstest.SaveRule{Nth: nth, Outcome: o, When: func(map[string]any) bool { return a.saving == point }})
	}}
}

// cancelled has the caller give up while a call is on its way.
func cancelled(step string, is func(*attempt, awstest.Call) bool, executed bool) fault {
	name := step + ": caller cancelled, not executed"
	if executed {
		name = step + ": caller cancelled, executed"
	}
	return fault{name: name, unknown: step == "CreateAccessKey", strike: func(a *attempt, _ int) {
		hook := func(c awstest.Call) {
			if c.Run == a.run.Name() && is(a, c) {
				a.cancel()
			}
		}
		if executed {
			a.sim.After(hook)
		} else {
			a.sim.Before(hook)
		}
	}}
}

func action(name string) func(*attempt, awstest.Call) bool {
	return func(_ *attempt, c awstest.Call) bool { return c.Action == name }
}

func at(point string) func(*attempt, awstest.Call) bool {
	return func(a *attempt, c awstest.Call) bool { return a.point(c) == point }
}

type named struct {
	name    string
	outcome awstest.Outcome
}

var errorCodes = []string{"AccessDenied", "InvalidClientTokenId", "SignatureDoesNotMatch", "ExpiredToken", "RequestExpired", "Throttling"}

// common are the outcomes that every call may have.
func common() []named {
	var all []named
	for _, code := range errorCodes {
		all = append(all, named{code, awstest.Fail(code, 0)})
	}
	return append(all,
		named{"500", awstest.InternalError()}, named{"503", awstest.Unavailable()}, named{"refused connection", awstest.Refused()},
		named{"lost connection", awstest.Dropped()}, named{"time-out", awstest.TimedOut(30 * time.Second)},
		named{"undecodable 200", awstest.Truncated()})
}

// commonWrites are the same for calls that change something: some may come after execution.
func commonWrites() []named {
	all := common()
	for _, o := range common()[6:11] {
		if o.name != "refused connection" {
			all = append(all, named{o.name + ", executed", o.outcome.Executed()})
		}
	}
	return all
}

// doubtful tells whether an outcome of a write leaves open whether it was carried out.
func doubtful(name string) bool {
	for _, prefix := range []string{"500", "503", "lost", "time-out", "undecodable"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

func otherIdentity(arn, account string) awstest.Outcome {
	return awstest.Altered(func(o *sts.GetCallerIdentityOutput) {
		if arn != "" {
			o.Arn = &arn
		}
		if account != "" {
			o.Account = &account
		}
	})
}

func alteredUser(f func(*types.User)) awstest.Outcome {
	return awstest.Altered(func(o *iam.GetUserOutput) {
		u := *o.User
		f(&u)
		o.User = &u
	})
}

func alteredList(f func(*iam.ListAccessKeysOutput)) awstest.Outcome { return awstest.Altered(f) }

func alteredUse(f func(*iam.GetAccessKeyLastUsedOutput)) awstest.Outcome { return awstest.Altered(f) }

const strangerARN = "arn:aws:iam::123456789012:user/stranger"

// faults returns the 172 outcomes.
func faults() []fault {
	var all []fault
	add := func(step string, is func(*attempt, awstest.Call) bool, outcomes ...named) {
		for _, o := range outcomes {
			f := callFault(step, o.name, is, o.outcome)
			f.unknown = strings.HasSuffix(step, "AccessKey") && doubtful(o.name)
			all = append(all, f)
		}
	}
	noSuchEntity := named{"NoSuchEntity", awstest.Fail("NoSuchEntity", 0)}
	limit := named{"LimitExceeded", awstest.Fail("LimitExceeded", 0)}

	add(afterLogin, at(afterLogin), append(common(), named{"other account", otherIdentity("", "999999999999")})...)
	add("GetUser", action("GetUser"), append(common(), noSuchEntity,
		named{"other ARN", alteredUser(func(u *types.User) { u.Arn = aws.String(strangerARN) })},
		named{"other UserId", alteredUser(func(u *types.User) { u.UserId = aws.String("AIDASTRANGER000000000") })})...)
	all = append(all, cancelled("GetUser", action("GetUser"), false))
	add("ListAccessKeys", action("ListAccessKeys"), append(common(), noSuchEntity, named{"stale", awstest.Stale(time.Minute)},
		named{"two pages", twoPages()},
		named{"endless marker", alteredList(func(o *iam.ListAccessKeysOutput) { o.IsTruncated, o.Marker = true, aws.String("more") })},
		named{"no CreateDate", alteredList(func(o *iam.ListAccessKeysOutput) {
			for i := range o.AccessKeyMetadata {
				o.AccessKeyMetadata[i].CreateDate = nil
			}
		})},
		named{"other UserName", awstest.ForUser("stranger")})...)
	add(afterCurrent, at(afterCurrent), append(common(), named{"other ARN", otherIdentity(strangerARN, "")})...)
	add("GetAccessKeyLastUsed", action("GetAccessKeyLastUsed"), append(common(),
		named{"no date", alteredUse(func(o *iam.GetAccessKeyLastUsedOutput) { o.AccessKeyLastUsed.LastUsedDate = nil })},
		named{"N/A", alteredUse(func(o *iam.GetAccessKeyLastUsedOutput) { o.AccessKeyLastUsed.ServiceName = aws.String("N/A") })},
		named{"future date", alteredUse(func(o *iam.GetAccessKeyLastUsedOutput) {
			o.AccessKeyLastUsed.LastUsedDate = aws.Time(epoch.Add(1000 * day))
		})},
		named{"other UserName", awstest.ForUser("stranger")}, noSuchEntity)...)
	add(afterProof, at(afterProof), append(common(),
		named{"never", awstest.Fail("InvalidClientTokenId", 403)},
		named{"other ARN", otherIdentity(strangerARN, "")}, named{"other account", otherIdentity("", "999999999999")})...)
	all = append(all, refusedAtFirst(), flapping())
	add("DeleteAccessKey", action("DeleteAccessKey"), append(commonWrites(), noSuchEntity, limit)...)
	add("UpdateAccessKey", action("UpdateAccessKey"), append(commonWrites(), noSuchEntity, limit)...)
	add("CreateAccessKey", action("CreateAccessKey"), append(commonWrites(), limit, noSuchEntity,
		named{"no secret", awstest.WithoutSecret()}, named{"other UserName", awstest.ForUser("stranger")})...)
	all = append(all, cancelled("CreateAccessKey", action("CreateAccessKey"), true), cancelled("CreateAccessKey", action("CreateAccessKey"), false))
	for _, point := range []string{saveA, saveB, saveC, saveQ, saveUpkeep} {
		all = append(all, saveFault(point, "conflict", awstest.SaveConflict), saveFault(point, "uncertain, written", awstest.SaveUncertainWritten),
			saveFault(point, "uncertain, not written", awstest.SaveUncertainLost), saveFault(point, "other error", awstest.SaveFailed))
	}
	return all
}

// unknowns returns the 39 outcomes after which nobody knows whether something was done.
func unknowns() []fault {
	var some []fault
	for _, f := range faults() {
		if f.unknown {
			some = append(some, f)
		}
	}
	return some
}

// twoPages splits the list and has the second half come on a page of its own.
func twoPages() awstest.Outcome {
	return alteredList(func(o *iam.ListAccessKeysOutput) {
		if len(o.AccessKeyMetadata) > 1 {
			o.Marker = aws.String(markerAfter(*o.AccessKeyMetadata[0].AccessKeyId))
			o.AccessKeyMetadata, o.IsTruncated = o.AccessKeyMetadata[:1], true
		}
	})
}

// markerAfter is the marker by which the simulator goes on after a key.
func markerAfter(id string) string { return base64.StdEncoding.EncodeToString([]byte("after " + id)) }

func refusedAtFirst() fault {
	return fault{name: afterProof + ": refused five times, then good", strike: func(a *attempt, _ int) {
		for i := range 5 {
			a.sim.Script(awstest.Rule{Nth: i + 1, Outcome: awstest.Fail("InvalidClientTokenId", 403),
				When: func(c awstest.Call) bool { return c.Run == a.run.Name() && a.point(c) == afterProof }})
		}
	}}
}

func flapping() fault {
	return fault{name: afterProof + ": flapping", strike: func(a *attempt, _ int) {
		a.sim.SetConsistency(awstest.Consistency{Propagation: 4 * time.Second, Flapping: 12 * time.Second, FlappingEvery: 2})
	}}
}
