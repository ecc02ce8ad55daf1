package awsiam

import (
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/escapement-go/escapement/providers/awspartition"
	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/schema"
)

// The inputs, checked.
type inputs struct {
	login         aws.Credentials // a secret: never printed
	user          user
	region        string
	times         times
	reportOrphans bool
	failIfInUse   bool
	verify        bool
}

// times are the inputs that say when something is due; an age of zero is absent.
type times struct {
	minInterval, rotate, deactivate, remove time.Duration
}

func badInput(name, format string, args ...any) *Error {
	return &Error{Code: "bad-input", Text: fmt.Sprintf("%q "+format, append([]any{name}, args...)...)}
}

func parseInputs(req *rotators.Request, now time.Time, c constants) (*inputs, error) {
	in := &inputs{verify: true}
	raw := struct {
		UserARN       string `json:"userArn"`
		Region        string `json:"region"`
		Orphans       string `json:"orphans"`
		PreviousInUse string `json:"previousInUse"`
		Verify        *bool  `json:"verify"`
	}{}
	if err := req.Decode(&raw); err != nil {
		return nil, &Error{Code: "bad-input", Text: err.Error()}
	}
	if err := in.parseLogin(req, now, c); err != nil {
		return nil, err
	}
	var err error
	if raw.UserARN == "" {
		return nil, badInput("userArn", "is empty; %s", userExample)
	}
	if in.user, err = parseUser(raw.UserARN); err != nil {
		return nil, badInput("userArn", "%v", err)
	}
	if in.region, err = regionFor(raw.Region, in.user.partition); err != nil {
		return nil, err
	}
	if in.times, err = parseTimes(req); err != nil {
		return nil, err
	}
	if in.reportOrphans, err = pick("orphans", raw.Orphans, "quarantine", "report"); err != nil {
		return nil, err
	}
	if in.failIfInUse, err = pick("previousInUse", raw.PreviousInUse, "delete", "fail"); err != nil {
		return nil, err
	}
	if raw.Verify != nil {
		in.verify = *raw.Verify
	}
	return in, nil
}

// pick tells whether the second of two values was chosen; the first one is the default.
func pick(name, value, first, second string) (bool, error) {
	switch value {
	case "", first:
		return false, nil
	case second:
		return true, nil
	}
	return false, badInput(name, "must be %q or %q", first, second)
}

func (in *inputs) parseLogin(req *rotators.Request, now time.Time, c constants) error {
	var raw struct {
		Login *struct {
			AccessKeyID     string        `json:"accessKeyId"`
			SecretAccessKey schema.Secret `json:"secretAccessKey"`
			SessionToken    schema.Secret `json:"sessionToken"`
			ExpiresAt       string        `json:"expiresAt"`
		} `json:"login"`
	}
	if err := req.Decode(&raw); err != nil {
		return &Error{Code: "bad-input", Text: err.Error()}
	}
	l := raw.Login
	const hint = `give it what "fn::open::aws-login" returns`
	switch {
	case l == nil:
		return badInput("login", "is missing; %s", hint)
	case !idForm.MatchString(l.AccessKeyID):
		return badInput("login.accessKeyId", "is not the id of an access key; %s", hint)
	case l.SecretAccessKey.Reveal() == "" || strings.ContainsFunc(l.SecretAccessKey.Reveal(), blank):
		return badInput("login.secretAccessKey", "is empty or holds white space; %s", hint)
	case strings.ContainsFunc(l.SessionToken.Reveal(), blank):
		return badInput("login.sessionToken", "holds white space; %s", hint)
	case strings.HasPrefix(l.AccessKeyID, "ASIA") && l.SessionToken.Reveal() == "":
		return badInput("login.sessionToken", `is missing; an access key whose id begins with "ASIA" works only with one`)
	}
	in.login = aws.Credentials{
		AccessKeyID: l.AccessKeyID, SecretAccessKey: l.SecretAccessKey.Reveal(), SessionToken: l.SessionToken.Reveal(),
	}
	if l.ExpiresAt == "" {
		return nil
	}
	expires, err := time.Parse(time.RFC3339, l.ExpiresAt)
	if err != nil {
		return badInput("login.expiresAt", `is not a time such as "2025-01-01T12:00:00Z"`)
	}
	if expires.Before(now.Add(c.loginReserve)) {
		return &Error{
			Code: "login-expiring", RetryAt: now,
			Text: fmt.Sprintf(`"login" expires at %s; a rotation needs one that lives for %v more`, stamp(expires), c.loginReserve),
			Hint: "open a fresh login and rotate again",
		}
	}
	return nil
}

func blank(c rune) bool { return c <= ' ' || c >= 0x7f }

func regionFor(region string, of awspartition.Partition) (string, error) {
	if region == "" {
		return of.Region, nil
	}
	its, known := awspartition.Of(region)
	switch {
	case !known:
		return "", badInput("region", "is no region of AWS; write one such as %q", of.Region)
	case its.Name != of.Name:
		return "", badInput("region", `is in the partition %q and "userArn" in %q; write one such as %q`, its.Name, of.Name, of.Region)
	}
	return region, nil
}

// parseTimes reads the four durations, which are all that Due needs.
func parseTimes(req *rotators.Request) (times, error) {
	var raw struct {
		MinInterval     string `json:"minInterval"`
		RotateAfter     string `json:"rotateAfter"`
		DeactivateAfter string `json:"deactivateAfter"`
		DeleteAfter     string `json:"deleteAfter"`
	}
	if err := req.Decode(&raw); err != nil {
		return times{}, &Error{Code: "bad-input", Text: err.Error()}
	}
	t := times{minInterval: defaultMinInterval}
	for _, d := range []struct {
		name, text  string
		to          *time.Duration
		least, most time.Duration
	}{
		{"minInterval", raw.MinInterval, &t.minInterval, leastMinInterval, mostMinInterval},
		{"rotateAfter", raw.RotateAfter, &t.rotate, leastAge, mostAge},
		{"deactivateAfter", raw.DeactivateAfter, &t.deactivate, leastAge, mostAge},
		{"deleteAfter", raw.DeleteAfter, &t.remove, leastAge, mostAge},
	} {
		if d.text == "" {
			continue
		}
		parsed, err := parseDuration(d.text)
		if err != nil {
			return times{}, badInput(d.name, "is not a duration; %v", err)
		}
		if parsed < d.least || parsed > d.most {
			return times{}, badInput(d.name, "must be from %s to %s", inWords(d.least), inWords(d.most))
		}
		*d.to = parsed
	}
	return t, t.ascend()
}

// ascend checks that the ages follow each other with room for a human to notice.
func (t times) ascend() error {
	last, lastName := time.Duration(0), ""
	for _, age := range []struct {
		name string
		of   time.Duration
	}{{"rotateAfter", t.rotate}, {"deactivateAfter", t.deactivate}, {"deleteAfter", t.remove}} {
		if age.of == 0 {
			continue
		}
		if lastName != "" && age.of < last+time.Hour {
			return badInput(age.name, "must be at least an hour more than %q", lastName)
		}
		last, lastName = age.of, age.name
	}
	if t.rotate > 0 && t.rotate <= t.minInterval {
		return badInput("rotateAfter", `must be more than "minInterval"`)
	}
	return nil
}

func inWords(d time.Duration) string {
	switch {
	case d%(24*time.Hour) == 0 && d > mostMinInterval:
		return fmt.Sprintf("%dd", d/(24*time.Hour))
	case d%time.Hour == 0:
		return fmt.Sprintf("%dh", d/time.Hour)
	}
	return fmt.Sprintf("%dm", d/time.Minute)
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
