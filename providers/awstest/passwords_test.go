package awstest_test

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/escapement-go/escapement/providers/awstest"
)

const firstPassword = "First-password-1"

func consoleUser() awstest.Options {
	return awstest.Options{
		Unmodifiable: minute,
		Users:        []awstest.User{{Name: "admin", Keys: make([]awstest.Key, 1)}, {Name: "app", Password: firstPassword}},
	}
}

// set changes the password of the user app and returns the code of what AWS says.
func (a account) set(password string) string {
	_, err := a.admin().UpdateLoginProfile(a.Context(), &iam.UpdateLoginProfileInput{UserName: aws.String("app"), Password: &password})
	return code(err)
}

var passwords = []statement{
	{"a password can be changed, and the one in force be asserted", consoleUser(), func(a account) {
		if got := a.set("Second-password-2"); got != "" {
			a.Error(got)
		}
		if got, found := a.PasswordInForce("app"); !found || got != "Second-password-2" {
			a.Error("another password is in force")
		}
	}},
	{"a profile shows its user, its date, and whether a reset is required", consoleUser(), func(a account) {
		_, err := a.admin().UpdateLoginProfile(a.Context(), &iam.UpdateLoginProfileInput{UserName: aws.String("app"), PasswordResetRequired: aws.Bool(true)})
		a.code(err, "")
		out, err := a.admin().GetLoginProfile(a.Context(), &iam.GetLoginProfileInput{UserName: aws.String("app")})
		if err != nil || *out.LoginProfile.UserName != "app" || !out.LoginProfile.CreateDate.Equal(awstest.Epoch) || !out.LoginProfile.PasswordResetRequired {
			a.Error(out, err)
		}
	}},
	{"a user without a profile is NoSuchEntity, one with it cannot get another", consoleUser(), func(a account) {
		_, err := a.admin().GetLoginProfile(a.Context(), &iam.GetLoginProfileInput{UserName: aws.String("admin")})
		a.code(err, "NoSuchEntity")
		_, err = a.admin().CreateLoginProfile(a.Context(), &iam.CreateLoginProfileInput{UserName: aws.String("app"), Password: aws.String(firstPassword)})
		a.code(err, "EntityAlreadyExists")
	}},
	{"without a policy there is NoSuchEntity and AWS's own: 8 to 128 characters of three classes", consoleUser(), func(a account) {
		_, err := a.admin().GetAccountPasswordPolicy(a.Context(), nil)
		a.code(err, "NoSuchEntity")
		for password, want := range map[string]string{
			"Short-1": "PasswordPolicyViolation", "alllower": "PasswordPolicyViolation", "lower-only": "PasswordPolicyViolation",
			"Enough-ok": "", "enough-1": "", "": "ValidationError", string(make([]byte, 129)): "ValidationError",
		} {
			if got := a.set(password); got != want {
				a.Errorf("%q: %q, want %q", password, got, want)
			}
		}
	}},
	{"the account's policy is enforced: length and classes", consoleUser(), func(a account) {
		_, err := a.admin().UpdateAccountPasswordPolicy(a.Context(), &iam.UpdateAccountPasswordPolicyInput{
			MinimumPasswordLength: aws.Int32(10), RequireLowercaseCharacters: true, RequireUppercaseCharacters: true,
			RequireNumbers: true, RequireSymbols: true, MaxPasswordAge: aws.Int32(90),
		})
		a.code(err, "")
		for password, want := range map[string]string{
			"aB3-56789": "PasswordPolicyViolation", "aB3-567890": "", "AB3-567890": "PasswordPolicyViolation",
			"ab3-567890": "PasswordPolicyViolation", "aBc-defghi": "PasswordPolicyViolation", "aB34567890": "PasswordPolicyViolation",
		} {
			if got := a.set(password); got != want {
				a.Errorf("%q: %q, want %q", password, got, want)
			}
		}
		out, err := a.admin().GetAccountPasswordPolicy(a.Context(), nil)
		if err != nil || *out.PasswordPolicy.MinimumPasswordLength != 10 || !out.PasswordPolicy.ExpirePasswords || *out.PasswordPolicy.MaxPasswordAge != 90 {
			a.Error(out, err)
		}
		_, err = a.admin().UpdateAccountPasswordPolicy(a.Context(), &iam.UpdateAccountPasswordPolicyInput{MinimumPasswordLength: aws.Int32(5)})
		a.code(err, "ValidationError")
	}},
	{"reuse is prevented, of the password in force too", consoleUser(), func(a account) {
		if got := a.set(firstPassword); got != "" {
			a.Error("without prevention", got)
		}
		_, err := a.admin().UpdateAccountPasswordPolicy(a.Context(), &iam.UpdateAccountPasswordPolicyInput{PasswordReusePrevention: aws.Int32(2)})
		a.code(err, "")
		for _, step := range [][2]string{
			{firstPassword, "PasswordPolicyViolation"}, {"second", ""}, {firstPassword, "PasswordPolicyViolation"},
			{"third3", ""}, {firstPassword, ""}, {"third3", "PasswordPolicyViolation"},
		} {
			if got := a.set(step[0]); got != step[1] {
				a.Errorf("%s: %q, want %q", step[0], got, step[1])
			}
		}
	}},
	{"a profile that was made again cannot be changed for a while", consoleUser(), func(a account) {
		_, err := a.admin().DeleteLoginProfile(a.Context(), &iam.DeleteLoginProfileInput{UserName: aws.String("app")})
		a.code(err, "")
		_, err = a.admin().CreateLoginProfile(a.Context(), &iam.CreateLoginProfileInput{UserName: aws.String("app"), Password: aws.String(firstPassword)})
		a.code(err, "")
		if got := a.set("Second-password-2"); got != "EntityTemporarilyUnmodifiable" {
			a.Error(got)
		}
		a.Advance(minute)
		if got := a.set("Second-password-2"); got != "" {
			a.Error(got)
		}
	}},
	{"so it is with a user that was made again", consoleUser(), func(a account) {
		a.RemoveUser("app")
		if err := a.AddUser(awstest.User{Name: "app", Password: firstPassword}); err != nil {
			a.Fatal(err)
		}
		if got := a.set("Second-password-2"); got != "EntityTemporarilyUnmodifiable" {
			a.Error(got)
		}
	}},
}
