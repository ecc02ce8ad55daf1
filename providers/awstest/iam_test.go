package awstest_test

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/escapement-go/escapement/providers/awstest"
)

var answers = []statement{
	{"ids and secrets look like those of AWS", awstest.Options{}, func(a account) {
		key := a.create()
		user, err := a.admin().GetUser(a.Context(), &iam.GetUserInput{UserName: aws.String("app")})
		if err != nil {
			a.Fatal(err)
		}
		for form, text := range map[string]string{
			`^AKIA[A-Z2-7]{16}$`:     key.AccessKeyID,
			`^[A-Za-z0-9+/]{40}$`:    key.SecretAccessKey,
			`^AIDA[A-Z2-7]{17}$`:     *user.User.UserId,
			`^arn:aws:iam::\d{12}:u`: *user.User.Arn,
		} {
			if !regexp.MustCompile(form).MatchString(text) {
				a.Errorf("%q does not match %s", text, form)
			}
		}
	}},
	{"the same seed gives the same ids, another one others", awstest.Options{Seed: 1}, func(a account) {
		same, other := awstest.New(a, awstest.Options{Seed: 1}), awstest.New(a, awstest.Options{Seed: 2})
		if id := a.UserID("app"); id != same.UserID("app") || id == other.UserID("app") {
			a.Errorf("%s, %s, %s", id, same.UserID("app"), other.UserID("app"))
		}
	}},
	{"the clock sets CreateDate", awstest.Options{}, func(a account) {
		a.Advance(90 * minute)
		k, _ := a.Key(a.create().AccessKeyID)
		if want := awstest.Epoch.Add(90 * minute); !k.CreatedAt.Equal(want) {
			a.Errorf("created at %v, want %v", k.CreatedAt, want)
		}
	}},
	{"every wire code is decoded, with its status", awstest.Options{}, func(a account) {
		for code, status := range wireCodes {
			a.ClearScript()
			a.Script(awstest.Rule{Outcome: awstest.Fail(code, 0)})
			_, err := a.admin().CreateAccessKey(a.Context(), &iam.CreateAccessKeyInput{UserName: aws.String("app")})
			a.code(err, code)
			var response *awshttp.ResponseError
			if !errors.As(err, &response) || response.HTTPStatusCode() != status {
				a.Errorf("%s: %v", code, err)
			}
		}
	}},
	{"errors carry status and request id", awstest.Options{}, func(a account) {
		_, err := a.admin().GetUser(a.Context(), &iam.GetUserInput{UserName: aws.String("nobody")})
		a.code(err, "NoSuchEntity")
		if !regexp.MustCompile(`StatusCode: 404, RequestID: [0-9a-f-]{36},`).MatchString(err.Error()) {
			a.Error(err)
		}
	}},
}

// wireCodes are those that programs tell apart.
var wireCodes = map[string]int{
	"LimitExceeded": 409, "NoSuchEntity": 404, "AccessDenied": 403, "InvalidClientTokenId": 403, "SignatureDoesNotMatch": 403,
	"IncompleteSignature": 400, "MissingAuthenticationToken": 403, "ExpiredToken": 403, "RequestExpired": 400, "OptInRequired": 403,
	"Throttling": 400, "ThrottlingException": 400, "RequestLimitExceeded": 400, "ValidationError": 400, "InvalidInput": 400,
	"InvalidAction": 400, "MalformedQueryString": 400, "InvalidIdentityToken": 400, "ExpiredTokenException": 400,
	"IDPCommunicationError": 400, "IDPRejectedClaim": 403, "PackedPolicyTooLarge": 400, "MalformedPolicyDocument": 400,
	"RegionDisabledException": 403, "InvalidParameterValue": 400, "MissingParameter": 400, "EntityTemporarilyUnmodifiable": 409,
	"PasswordPolicyViolation": 400, "InternalFailure": 500, "ServiceFailure": 500, "ServiceUnavailable": 503,
}

var users = []statement{
	{"users have paths", awstest.Options{Users: []awstest.User{{Name: "admin", Keys: make([]awstest.Key, 1)}, {Name: "x", Path: "/a:b/c/"}}}, func(a account) {
		out, err := a.admin().GetUser(a.Context(), &iam.GetUserInput{UserName: aws.String("x")})
		if err != nil || *out.User.Arn != "arn:aws:iam::123456789012:user/a:b/c/x" || *out.User.Path != "/a:b/c/" {
			a.Error(out, err)
		}
	}},
	{"names are unique without regard to case, and shown as they were made", awstest.Options{}, func(a account) {
		if err := a.AddUser(awstest.User{Name: "APP"}); err == nil {
			a.Error("a second user of that name")
		}
		out, err := a.admin().GetUser(a.Context(), &iam.GetUserInput{UserName: aws.String("APP")})
		if err != nil || *out.User.UserName != "app" {
			a.Error(out, err)
		}
	}},
	{"a user that was made again has another UserId and no keys", awstest.Options{}, func(a account) {
		was := a.UserID("app")
		old := a.Credentials("app")
		if !a.RemoveUser("app") || a.RemoveUser("app") || a.AddUser(awstest.User{Name: "app"}) != nil {
			a.Error("the user cannot be made again")
		}
		if a.UserID("app") == was || len(a.listed()) != 0 || a.works(old) != "InvalidClientTokenId" {
			a.Error("something of the old user is left")
		}
	}},
	{"an unknown user is NoSuchEntity, a malformed name ValidationError", awstest.Options{}, func(a account) {
		for name, want := range map[string]string{"nobody": "NoSuchEntity", "no body": "ValidationError", strings.Repeat("x", 65): "ValidationError"} {
			_, err := a.admin().ListAccessKeys(a.Context(), &iam.ListAccessKeysInput{UserName: &name})
			a.code(err, want)
		}
	}},
	{"an absent user name means the caller, and calls show it", awstest.Options{}, func(a account) {
		out, err := a.admin().CreateAccessKey(a.Context(), nil)
		if err != nil || *out.AccessKey.UserName != "admin" {
			a.Fatal(out, err)
		}
		c := a.Calls()[0]
		if !c.Implicit || c.User != "admin" || !strings.Contains(c.String(), " caller=admin ") {
			a.Error(c)
		}
	}},
	{"tags are kept and shown, without regard to the case of their keys", awstest.Options{}, func(a account) {
		for _, tag := range []string{"Team=a", "team=b", "x=y"} {
			k, v, _ := strings.Cut(tag, "=")
			_, err := a.admin().TagUser(a.Context(), &iam.TagUserInput{UserName: aws.String("app"), Tags: []types.Tag{{Key: &k, Value: &v}}})
			a.code(err, "")
		}
		out, _ := a.admin().GetUser(a.Context(), &iam.GetUserInput{UserName: aws.String("app")})
		got := ""
		for _, tag := range out.User.Tags {
			got += *tag.Key + "=" + *tag.Value + " "
		}
		if got != "team=b x=y " {
			a.Error(got)
		}
	}},
	{"the last sign-in shows", awstest.Options{Users: []awstest.User{{Name: "admin", Keys: make([]awstest.Key, 1)}, {Name: "x", Password: "Correct-horse-1"}}}, func(a account) {
		out, _ := a.admin().GetUser(a.Context(), &iam.GetUserInput{UserName: aws.String("x")})
		if out.User.PasswordLastUsed != nil || a.SignIn("x", "wrong") || !a.SignIn("x", "Correct-horse-1") {
			a.Error("signing in")
		}
		if out, _ = a.admin().GetUser(a.Context(), &iam.GetUserInput{UserName: aws.String("x")}); out.User.PasswordLastUsed == nil {
			a.Error("the sign-in does not show")
		}
	}},
}

var keys = []statement{
	{"the quota is two, and inactive keys count", awstest.Options{}, func(a account) {
		id := a.create().AccessKeyID
		a.update(id, types.StatusTypeInactive)
		_, err := a.admin().CreateAccessKey(a.Context(), &iam.CreateAccessKeyInput{UserName: aws.String("app")})
		a.code(err, "LimitExceeded")
		a.delete(id)
		a.create()
	}},
	{"a racy quota is checked on arrival only", awstest.Options{RacyQuota: true}, func(a account) {
		nested := 0
		a.Before(func(c awstest.Call) {
			if c.Action == "CreateAccessKey" && nested < 7 {
				nested++
				a.create()
			}
		})
		a.create()
		if n := len(a.listed()); n != 9 {
			a.Errorf("%d keys", n)
		}
		_, err := a.admin().CreateAccessKey(a.Context(), &iam.CreateAccessKeyInput{UserName: aws.String("app")})
		a.code(err, "LimitExceeded")
	}},
	{"a quota that is not racy holds for simultaneous calls", awstest.Options{}, func(a account) {
		nested := false
		a.Before(func(c awstest.Call) {
			if c.Action == "CreateAccessKey" && !nested {
				nested = true
				a.create()
			}
		})
		_, err := a.admin().CreateAccessKey(a.Context(), &iam.CreateAccessKeyInput{UserName: aws.String("app")})
		a.code(err, "LimitExceeded")
	}},
	{"deletion is final", awstest.Options{}, func(a account) {
		key := a.create()
		a.delete(key.AccessKeyID)
		_, err := a.admin().DeleteAccessKey(a.Context(), &iam.DeleteAccessKeyInput{UserName: aws.String("app"), AccessKeyId: &key.AccessKeyID})
		a.code(err, "NoSuchEntity")
		_, err = a.admin().UpdateAccessKey(a.Context(), &iam.UpdateAccessKeyInput{UserName: aws.String("app"), AccessKeyId: &key.AccessKeyID, Status: "Active"})
		a.code(err, "NoSuchEntity")
		if a.works(key) != "InvalidClientTokenId" || a.SetKeyStatus(key.AccessKeyID, "Active") {
			a.Error("the key lives on")
		}
	}},
	{"a key of another user is NoSuchEntity", awstest.Options{}, func(a account) {
		id := a.Credentials("admin").AccessKeyID
		_, err := a.admin().DeleteAccessKey(a.Context(), &iam.DeleteAccessKeyInput{UserName: aws.String("app"), AccessKeyId: &id})
		a.code(err, "NoSuchEntity")
	}},
	{"the secret is answered once", awstest.Options{}, func(a account) {
		key := a.create()
		if key.SecretAccessKey == "" || strings.Contains(a.Trace(), key.SecretAccessKey) {
			a.Error("the secret is missing, or in the trace")
		}
	}},
	{"statuses are Active, Inactive and Expired, of which the last cannot be set", awstest.Options{}, func(a account) {
		key := a.create()
		a.update(key.AccessKeyID, types.StatusTypeInactive)
		if a.works(key) != "InvalidClientTokenId" {
			a.Error("an inactive key works")
		}
		a.update(key.AccessKeyID, types.StatusTypeActive)
		if a.works(key) != "" {
			a.Error("a re-activated key does not work")
		}
		_, err := a.admin().UpdateAccessKey(a.Context(), &iam.UpdateAccessKeyInput{UserName: aws.String("app"), AccessKeyId: &key.AccessKeyID, Status: "Expired"})
		a.code(err, "ValidationError")
		if !a.SetKeyStatus(key.AccessKeyID, "Expired") || a.works(key) != "InvalidClientTokenId" || a.listed()[key.AccessKeyID] != types.StatusTypeExpired {
			a.Error("an expired key")
		}
	}},
	{"lists come in pages", awstest.Options{PageSize: 2}, func(a account) {
		for range 4 {
			if _, err := a.AddKey("app", awstest.Key{}); err != nil {
				a.Fatal(err)
			}
		}
		if n := len(a.listed()); n != 5 {
			a.Errorf("%d keys", n)
		}
		if n := len(a.Calls()); n != 3 {
			a.Errorf("%d calls", n)
		}
		out, err := a.admin().ListAccessKeys(a.Context(), &iam.ListAccessKeysInput{UserName: aws.String("app"), MaxItems: aws.Int32(1)})
		if err != nil || len(out.AccessKeyMetadata) != 1 || !out.IsTruncated {
			a.Error(out, err)
		}
		for _, in := range []*iam.ListAccessKeysInput{{Marker: aws.String("x")}, {MaxItems: aws.Int32(1001)}} {
			in.UserName = aws.String("app")
			_, err = a.admin().ListAccessKeys(a.Context(), in)
			a.code(err, "ValidationError")
		}
	}},
}

var lastUse = []statement{
	{"unused is a missing date and N/A", awstest.Options{}, func(a account) {
		out := a.lastUsed(a.create().AccessKeyID)
		if out.AccessKeyLastUsed.LastUsedDate != nil || *out.AccessKeyLastUsed.ServiceName != "N/A" || *out.AccessKeyLastUsed.Region != "N/A" {
			a.Error("a use of an unused key")
		}
	}},
	{"any correctly signed call is a use, with service and region", awstest.Options{}, func(a account) {
		key := a.create()
		if _, err := a.sts(key, "eu-west-1").GetCallerIdentity(a.Context(), nil); err != nil {
			a.Fatal(err)
		}
		out := a.lastUsed(key.AccessKeyID)
		if got := fmt.Sprint(*out.AccessKeyLastUsed.ServiceName, " ", *out.AccessKeyLastUsed.Region, " ", *out.UserName); got != "sts eu-west-1 app" {
			a.Error(got)
		}
	}},
	{"a denied call is a use, a wrongly signed one is not", awstest.Options{}, func(a account) {
		key := a.create()
		wrong := key
		wrong.SecretAccessKey = strings.Repeat("x", 40)
		if a.works(wrong); a.lastUsed(key.AccessKeyID).AccessKeyLastUsed.LastUsedDate != nil {
			a.Error("a wrong signature counts")
		}
		a.SetPolicy("app", awstest.Policy{})
		_, err := a.iam(key).GetUser(a.Context(), &iam.GetUserInput{UserName: aws.String("app")})
		a.code(err, "AccessDenied")
		if a.lastUsed(key.AccessKeyID).AccessKeyLastUsed.LastUsedDate == nil {
			a.Error("a denied call does not count")
		}
	}},
	{"it is recorded once in 15 minutes", awstest.Options{}, func(a account) {
		key := a.create()
		var seen []string
		for _, wait := range []time.Duration{minute, 13 * minute, minute, 14 * minute, minute} {
			a.Advance(wait)
			a.works(key)
			seen = append(seen, a.lastUsed(key.AccessKeyID).AccessKeyLastUsed.LastUsedDate.Format("15:04"))
		}
		if got := strings.Join(seen, " "); got != "00:01 00:01 00:15 00:15 00:30" {
			a.Error(got)
		}
	}},
	{"an unknown key is NoSuchEntity", awstest.Options{}, func(a account) {
		_, err := a.admin().GetAccessKeyLastUsed(a.Context(), &iam.GetAccessKeyLastUsedInput{AccessKeyId: aws.String("AKIA0000000000000000")})
		a.code(err, "NoSuchEntity")
	}},
}

func (a account) lastUsed(id string) *iam.GetAccessKeyLastUsedOutput {
	a.Helper()
	out, err := a.admin().GetAccessKeyLastUsed(a.Context(), &iam.GetAccessKeyLastUsedInput{AccessKeyId: &id})
	if err != nil {
		a.Fatal(err)
	}
	return out
}

var consistency = []statement{
	{"a new key is unknown until it has propagated", awstest.Options{}, func(a account) {
		a.SetConsistency(awstest.Consistency{Propagation: 10 * time.Second})
		key := a.create()
		a.Advance(9 * time.Second)
		before := a.works(key)
		a.Advance(time.Second)
		if before != "InvalidClientTokenId" || a.works(key) != "" {
			a.Errorf("before %q, after %q", before, a.works(key))
		}
	}},
	{"a re-activated key propagates again", awstest.Options{}, func(a account) {
		key := a.create()
		a.update(key.AccessKeyID, types.StatusTypeInactive)
		a.Advance(minute)
		a.SetConsistency(awstest.Consistency{Propagation: 10 * time.Second})
		a.update(key.AccessKeyID, types.StatusTypeActive)
		if a.works(key) != "InvalidClientTokenId" {
			a.Error("it works at once")
		}
		a.Advance(10 * time.Second)
		if a.works(key) != "" {
			a.Error("it does not propagate")
		}
	}},
	{"a flapping key is refused every n-th time for a while", awstest.Options{}, func(a account) {
		a.SetConsistency(awstest.Consistency{Flapping: minute, FlappingEvery: 3})
		key := a.create()
		got := ""
		for range 7 {
			got += map[bool]string{true: "+", false: "-"}[a.works(key) == ""]
		}
		a.Advance(minute)
		for range 3 {
			got += map[bool]string{true: "+", false: "-"}[a.works(key) == ""]
		}
		if got != "++-++-++++" {
			a.Error(got)
		}
	}},
	{"a deleted or deactivated key lingers", awstest.Options{}, func(a account) {
		a.SetConsistency(awstest.Consistency{Lingering: minute})
		deleted, off := a.Credentials("app"), a.create()
		a.delete(deleted.AccessKeyID)
		a.update(off.AccessKeyID, types.StatusTypeInactive)
		a.Advance(minute - 1)
		if a.works(deleted) != "" || a.works(off) != "" {
			a.Error("they do not linger")
		}
		a.Advance(1)
		if a.works(deleted) != "InvalidClientTokenId" || a.works(off) != "InvalidClientTokenId" {
			a.Error("they linger for too long")
		}
	}},
	{"a deleted key that was inactive does not linger", awstest.Options{}, func(a account) {
		key := a.create()
		a.update(key.AccessKeyID, types.StatusTypeInactive)
		a.SetConsistency(awstest.Consistency{Lingering: minute})
		a.Advance(2 * minute)
		a.delete(key.AccessKeyID)
		if a.works(key) != "InvalidClientTokenId" {
			a.Error("it came back")
		}
	}},
	{"lists show the past", awstest.Options{}, func(a account) {
		a.SetConsistency(awstest.Consistency{ListLag: minute})
		old := a.Credentials("app").AccessKeyID
		a.Advance(time.Hour)
		made := a.create().AccessKeyID
		a.update(old, types.StatusTypeInactive)
		a.Advance(minute - 1)
		if got := a.listed(); len(got) != 1 || got[old] != types.StatusTypeActive {
			a.Error("too early", got)
		}
		a.Advance(1)
		if got := a.listed(); len(got) != 2 || got[old] != types.StatusTypeInactive {
			a.Error("too late", got)
		}
		a.delete(made)
		if len(a.listed()) != 2 {
			a.Error("a deletion shows at once")
		}
	}},
	{"the quota knows of no lag", awstest.Options{}, func(a account) {
		a.SetConsistency(awstest.Consistency{ListLag: time.Hour})
		a.create()
		_, err := a.admin().CreateAccessKey(a.Context(), &iam.CreateAccessKeyInput{UserName: aws.String("app")})
		a.code(err, "LimitExceeded")
	}},
}

var permissions = []statement{
	{"by default everything is allowed", awstest.Options{}, func(a account) {
		_, err := a.iam(a.Credentials("app")).GetUser(a.Context(), &iam.GetUserInput{UserName: aws.String("admin")})
		a.code(err, "")
	}},
	{"an empty policy allows nothing but GetCallerIdentity", awstest.Options{}, func(a account) {
		a.SetPolicy("admin", awstest.Policy{})
		_, err := a.admin().GetUser(a.Context(), &iam.GetUserInput{UserName: aws.String("app")})
		a.code(err, "AccessDenied")
		if a.works(a.Credentials("admin")) != "" {
			a.Error("GetCallerIdentity is denied")
		}
	}},
	{"the minimal policy is five actions", awstest.Options{}, func(a account) {
		a.SetPolicy("admin", awstest.MinimalPolicy)
		id := a.create().AccessKeyID
		a.listed()
		_, err := a.admin().UpdateAccessKey(a.Context(), &iam.UpdateAccessKeyInput{UserName: aws.String("app"), AccessKeyId: &id, Status: "Inactive"})
		a.code(err, "AccessDenied")
		_, err = a.admin().GetAccessKeyLastUsed(a.Context(), &iam.GetAccessKeyLastUsedInput{AccessKeyId: &id})
		a.code(err, "AccessDenied")
		a.delete(id)
		if len(awstest.MinimalPolicy) != 5 || len(awstest.RecommendedPolicy.Without("iam:UpdateAccessKey")) != 5 {
			a.Error("the policies changed")
		}
	}},
	{"the read-only policy serves an audit", awstest.Options{}, func(a account) {
		id := a.create().AccessKeyID
		a.SetPolicy("admin", awstest.ReadOnlyPolicy)
		a.listed()
		a.lastUsed(id)
		_, err := a.admin().DeleteAccessKey(a.Context(), &iam.DeleteAccessKeyInput{UserName: aws.String("app"), AccessKeyId: &id})
		a.code(err, "AccessDenied")
	}},
	{"denials are worded as AWS does", awstest.Options{}, func(a account) {
		a.SetPolicy("admin", awstest.Policy{})
		_, err := a.admin().CreateAccessKey(a.Context(), &iam.CreateAccessKeyInput{UserName: aws.String("app")})
		want := "User: arn:aws:iam::123456789012:user/admin is not authorized to perform: iam:CreateAccessKey on resource: user app " +
			"because no identity-based policy allows the iam:CreateAccessKey action"
		if err == nil || !strings.HasSuffix(err.Error(), want) {
			a.Error(err)
		}
	}},
	{"permission is asked for before existence is told", awstest.Options{}, func(a account) {
		a.SetPolicy("admin", awstest.Policy{})
		_, err := a.admin().GetUser(a.Context(), &iam.GetUserInput{UserName: aws.String("nobody")})
		a.code(err, "AccessDenied")
	}},
}

var signatures = []statement{
	{"the right secret is accepted", awstest.Options{}, func(a account) {
		out, err := a.sts(a.Credentials("app")).GetCallerIdentity(a.Context(), &sts.GetCallerIdentityInput{})
		if err != nil || *out.Arn != "arn:aws:iam::123456789012:user/app" || *out.Account != "123456789012" || *out.UserId != a.UserID("app") {
			a.Error(out, err)
		}
	}},
	{"a wrong secret is SignatureDoesNotMatch", awstest.Options{}, func(a account) {
		creds := a.Credentials("app")
		creds.SecretAccessKey = "x" + creds.SecretAccessKey[1:]
		if got := a.works(creds); got != "SignatureDoesNotMatch" {
			a.Error(got)
		}
	}},
	{"an unknown id is InvalidClientTokenId", awstest.Options{}, func(a account) {
		creds := a.Credentials("app")
		creds.AccessKeyID = "AKIA0000000000000000"
		if got := a.works(creds); got != "InvalidClientTokenId" {
			a.Error(got)
		}
	}},
	{"a session token on a user's key is InvalidClientTokenId", awstest.Options{}, func(a account) {
		creds := a.Credentials("app")
		creds.SessionToken = "nonsense"
		if got := a.works(creds); got != "InvalidClientTokenId" {
			a.Error(got)
		}
	}},
	{"an unsigned call is MissingAuthenticationToken", awstest.Options{}, func(a account) {
		if got := a.works(aws.Credentials{}); got != "MissingAuthenticationToken" {
			a.Error(got)
		}
	}},
}
