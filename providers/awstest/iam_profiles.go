package awstest

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

// A profile is a console password with those before it.
type profile struct {
	created   time.Time
	passwords []string // the last one is in force
	reset     bool
}

func (p *profile) password() string { return p.passwords[len(p.passwords)-1] }

func (s *Simulator) setPassword(u *user, password string, reset bool) {
	u.profile.passwords = append(u.profile.passwords, password)
	u.profile.reset = reset
	s.secrets = append(s.secrets, password)
}

func (p *profile) public(u *user) *types.LoginProfile {
	return &types.LoginProfile{UserName: aws.String(u.name), CreateDate: aws.Time(p.created), PasswordResetRequired: p.reset}
}

// profiled returns a user that has a login profile.
func (s *Simulator) profiled(c *call, name *string) (*user, error) {
	u, err := s.target(c, name)
	if err == nil && u.profile == nil {
		err = refuse("NoSuchEntity", "Login Profile for User %s cannot be found.", u.name)
	}
	return u, err
}

func (s *Simulator) modifiable(u *user) error {
	if s.clock.Now().Before(u.unmodifiable) {
		return refuse("EntityTemporarilyUnmodifiable",
			"Login Profile for User %s cannot be modified while login profile is being created.", u.name)
	}
	return nil
}

func (s *Simulator) createLoginProfile(c *call, in *iam.CreateLoginProfileInput) (*iam.CreateLoginProfileOutput, error) {
	u, err := s.target(c, in.UserName)
	if err != nil {
		return nil, err
	}
	if u.profile != nil {
		return nil, refuse("EntityAlreadyExists", "Login Profile for user %s already exists.", u.name)
	}
	if err := s.checkPassword(u, aws.ToString(in.Password)); err != nil {
		return nil, err
	}
	u.profile = &profile{created: s.now()}
	if u.hadProfile {
		u.unmodifiable = s.clock.Now().Add(s.options.Unmodifiable)
	}
	s.setPassword(u, *in.Password, in.PasswordResetRequired)
	return &iam.CreateLoginProfileOutput{LoginProfile: u.profile.public(u)}, nil
}

func (s *Simulator) getLoginProfile(c *call, in *iam.GetLoginProfileInput) (*iam.GetLoginProfileOutput, error) {
	u, err := s.profiled(c, in.UserName)
	if err != nil {
		return nil, err
	}
	return &iam.GetLoginProfileOutput{LoginProfile: u.profile.public(u)}, nil
}

func (s *Simulator) updateLoginProfile(c *call, in *iam.UpdateLoginProfileInput) (*iam.UpdateLoginProfileOutput, error) {
	u, err := s.profiled(c, in.UserName)
	if err != nil {
		return nil, err
	}
	if err := s.modifiable(u); err != nil {
		return nil, err
	}
	if in.Password != nil {
		if err := s.checkPassword(u, *in.Password); err != nil {
			return nil, err
		}
		s.setPassword(u, *in.Password, u.profile.reset)
	}
	if in.PasswordResetRequired != nil {
		u.profile.reset = *in.PasswordResetRequired
	}
	return &iam.UpdateLoginProfileOutput{}, nil
}

func (s *Simulator) deleteLoginProfile(c *call, in *iam.DeleteLoginProfileInput) (*iam.DeleteLoginProfileOutput, error) {
	u, err := s.profiled(c, in.UserName)
	if err != nil {
		return nil, err
	}
	if err := s.modifiable(u); err != nil {
		return nil, err
	}
	u.profile, u.hadProfile = nil, true
	return &iam.DeleteLoginProfileOutput{}, nil
}

func (s *Simulator) getAccountPasswordPolicy(*call, *iam.GetAccountPasswordPolicyInput) (*iam.GetAccountPasswordPolicyOutput, error) {
	if s.policy == nil {
		return nil, refuse("NoSuchEntity", "The Password Policy with domain name %s cannot be found.", s.options.Account)
	}
	policy := *s.policy
	return &iam.GetAccountPasswordPolicyOutput{PasswordPolicy: &policy}, nil
}

func (s *Simulator) updateAccountPasswordPolicy(_ *call, in *iam.UpdateAccountPasswordPolicyInput) (*iam.UpdateAccountPasswordPolicyOutput, error) {
	within := func(name string, v *int32, low, high int32) error {
		if v != nil && (*v < low || *v > high) {
			return refuse("ValidationError", "1 validation error detected: Value '%d' at '%s' failed to satisfy constraint: "+
				"Member must have value between %d and %d", *v, name, low, high)
		}
		return nil
	}
	for _, err := range []error{
		within("minimumPasswordLength", in.MinimumPasswordLength, 6, 128),
		within("maxPasswordAge", in.MaxPasswordAge, 1, 1095),
		within("passwordReusePrevention", in.PasswordReusePrevention, 1, 24),
	} {
		if err != nil {
			return nil, err
		}
	}
	p := &types.PasswordPolicy{
		AllowUsersToChangePassword: in.AllowUsersToChangePassword, ExpirePasswords: in.MaxPasswordAge != nil,
		HardExpiry: in.HardExpiry, MaxPasswordAge: in.MaxPasswordAge, MinimumPasswordLength: in.MinimumPasswordLength,
		PasswordReusePrevention: in.PasswordReusePrevention, RequireLowercaseCharacters: in.RequireLowercaseCharacters,
		RequireNumbers: in.RequireNumbers, RequireSymbols: in.RequireSymbols, RequireUppercaseCharacters: in.RequireUppercaseCharacters,
	}
	if p.MinimumPasswordLength == nil {
		p.MinimumPasswordLength = aws.Int32(6)
	}
	s.policy = p
	return &iam.UpdateAccountPasswordPolicyOutput{}, nil
}

const (
	symbols        = "!@#$%^&*()_+-=[]{}|'"
	defaultLength  = 8
	longestAllowed = 128
)

// checkPassword applies the account's policy, or AWS's own where there is none.
func (s *Simulator) checkPassword(u *user, password string) error {
	violation := func(format string, args ...any) error {
		return refuse("PasswordPolicyViolation", format, args...)
	}
	if password == "" || utf8.RuneCountInString(password) > longestAllowed {
		return refuse("ValidationError", "A password has between 1 and 128 characters.")
	}
	lower, upper, digit, symbol := classes(password)
	if s.policy == nil {
		if n := utf8.RuneCountInString(password); n < defaultLength {
			return violation("Password should have a minimum length of %d", defaultLength)
		}
		if btoi(lower)+btoi(upper)+btoi(digit)+btoi(symbol) < 3 {
			return violation("Password should contain at least three of: uppercase, lowercase, numbers, symbols")
		}
		if strings.EqualFold(password, u.name) || password == s.options.Account {
			return violation("Password should not be the user name or the account")
		}
		return nil
	}
	p := s.policy
	if n := int(aws.ToInt32(p.MinimumPasswordLength)); utf8.RuneCountInString(password) < n {
		return violation("Password should have a minimum length of %d", n)
	}
	for _, class := range []struct {
		required, has bool
		name          string
	}{
		{p.RequireUppercaseCharacters, upper, "uppercase letter"},
		{p.RequireLowercaseCharacters, lower, "lowercase letter"},
		{p.RequireNumbers, digit, "number"},
		{p.RequireSymbols, symbol, "symbol"},
	} {
		if class.required && !class.has {
			return violation("Password should have at least one %s", class.name)
		}
	}
	if u.profile == nil {
		return nil
	}
	before := u.profile.passwords
	if n := int(aws.ToInt32(p.PasswordReusePrevention)); slices.Contains(before[max(0, len(before)-n):], password) {
		return violation("Password should not be the same as the previous %d passwords", n)
	}
	return nil
}

func classes(password string) (lower, upper, digit, symbol bool) {
	for _, r := range password {
		switch {
		case r >= 'a' && r <= 'z':
			lower = true
		case r >= 'A' && r <= 'Z':
			upper = true
		case r >= '0' && r <= '9':
			digit = true
		case strings.ContainsRune(symbols, r):
			symbol = true
		}
	}
	return
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}
