package awstest

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"
)

// A role with what the account adds to it.
type role struct {
	Role
	id, arn string
	trust   *trustPolicy
}

// AddRole makes a role. It returns an error if something in it is malformed, or there is one of that name.
func (s *Simulator) AddRole(r Role) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !nameForm.MatchString(r.Name) {
		return fmt.Errorf("role name %q: 1 to 64 letters, digits and any of _+=,.@- are allowed", r.Name)
	}
	path, err := cleanPath(r.Path)
	if err != nil {
		return err
	}
	trust, err := readTrustPolicy([]byte(r.TrustPolicy))
	if err != nil {
		return fmt.Errorf("the trust policy of role %q: %w", r.Name, err)
	}
	if r.MaxSessionDuration == 0 {
		r.MaxSessionDuration = time.Hour
	}
	made := &role{Role: r, id: s.ids.role(), arn: s.arn("iam", "role"+path+r.Name), trust: trust}
	for _, other := range s.roles {
		if strings.EqualFold(other.Name, r.Name) {
			return fmt.Errorf("role %q exists already; names are unique without regard to case", r.Name)
		}
	}
	s.roles[made.arn] = made
	return nil
}

// RoleARN returns the ARN of a role, empty if there is none of that name.
func (s *Simulator) RoleARN(name string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	for arn, r := range s.roles {
		if strings.EqualFold(r.Name, name) {
			return arn
		}
	}
	return ""
}

func (s *Simulator) enabled(c *call) error {
	if slices.Contains(s.options.DisabledRegions, c.region) {
		return refuse("RegionDisabledException", "STS is not activated in this region for account:%s. "+
			"Your account administrator can activate STS in this region using the IAM Console.", s.options.Account)
	}
	return nil
}

func (s *Simulator) getCallerIdentity(c *call, _ *sts.GetCallerIdentityInput) (*sts.GetCallerIdentityOutput, error) {
	if err := s.enabled(c); err != nil {
		return nil, err
	}
	return &sts.GetCallerIdentityOutput{
		Account: aws.String(s.options.Account), Arn: aws.String(c.caller.arn()), UserId: aws.String(c.caller.userID()),
	}, nil
}

const (
	shortestSession = 900
	longestSession  = 43200
	defaultSession  = 3600
	maxPolicyARNs   = 10
	maxPacked       = 2048
)

func (s *Simulator) assumeRoleWithWebIdentity(c *call, in *sts.AssumeRoleWithWebIdentityInput) (*sts.AssumeRoleWithWebIdentityOutput, error) {
	if err := s.enabled(c); err != nil {
		return nil, err
	}
	if err := s.checkAssume(in); err != nil {
		return nil, err
	}
	claims, err := s.verify(c.documents, *in.WebIdentityToken)
	if err != nil {
		return nil, err
	}
	r := s.roles[*in.RoleArn]
	if r == nil || !r.trust.accepts(s.arn("iam", "oidc-provider/"+bare(claims.Issuer)), claims) {
		return nil, refuse("AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity")
	}
	seconds := defaultSession
	if in.DurationSeconds != nil {
		seconds = int(*in.DurationSeconds)
	}
	if time.Duration(seconds)*time.Second > r.MaxSessionDuration {
		return nil, refuse("ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
	}
	return s.newSession(r, *in.RoleSessionName, time.Duration(seconds)*time.Second, claims), nil
}

func (s *Simulator) newSession(r *role, name string, life time.Duration, claims *claims) *sts.AssumeRoleWithWebIdentityOutput {
	made := &session{
		id: s.ids.sessionKey(), secret: s.ids.secret(), token: s.ids.token(),
		name: name, role: r, expires: s.now().Add(life),
	}
	s.sessions[made.id] = made
	s.secrets = append(s.secrets, made.secret, made.token)
	who := caller{session: made, sim: s}
	return &sts.AssumeRoleWithWebIdentityOutput{
		AssumedRoleUser: &types.AssumedRoleUser{Arn: aws.String(who.arn()), AssumedRoleId: aws.String(who.userID())},
		Audience:        aws.String(claims.audience),
		Credentials: &types.Credentials{
			AccessKeyId: aws.String(made.id), SecretAccessKey: aws.String(made.secret),
			SessionToken: aws.String(made.token), Expiration: aws.Time(made.expires),
		},
		Provider:                    aws.String(claims.Issuer),
		SubjectFromWebIdentityToken: aws.String(claims.Subject),
	}
}

var (
	sessionNameForm = regexp.MustCompile(`^[A-Za-z0-9_+=,.@-]{2,64}$`)
	roleForm        = regexp.MustCompile(`^arn:[a-z-]+:iam::[0-9]{12}:role/(.+/)?[A-Za-z0-9_+=,.@-]{1,64}$`)
)

func invalid(member, constraint string) error {
	return refuse("ValidationError", "1 validation error detected: Value at '%s' failed to satisfy constraint: Member must %s", member, constraint)
}

// checkAssume applies the bounds of the inputs, before anything else is looked at.
func (s *Simulator) checkAssume(in *sts.AssumeRoleWithWebIdentityInput) error {
	arn, name, token := aws.ToString(in.RoleArn), aws.ToString(in.RoleSessionName), aws.ToString(in.WebIdentityToken)
	switch {
	case len(arn) < 20 || len(arn) > 2048:
		return invalid("roleArn", "have length between 20 and 2048")
	case !roleForm.MatchString(arn):
		return refuse("ValidationError", "Request ARN is invalid")
	case !sessionNameForm.MatchString(name):
		return invalid("roleSessionName", `satisfy regular expression pattern: [\w+=,.@-]* and have length between 2 and 64`)
	case len(token) < 4 || len(token) > 20000:
		return invalid("webIdentityToken", "have length between 4 and 20000")
	case in.DurationSeconds != nil && *in.DurationSeconds < shortestSession:
		return invalid("durationSeconds", "have value greater than or equal to 900")
	case in.DurationSeconds != nil && *in.DurationSeconds > longestSession:
		return invalid("durationSeconds", "have value less than or equal to 43200")
	case len(in.PolicyArns) > maxPolicyARNs:
		return invalid("policyArns", "have length less than or equal to 10")
	}
	return s.checkSessionPolicies(in, strings.SplitN(arn, ":", 3)[1], strings.SplitN(arn, ":", 6)[4])
}

func (s *Simulator) checkSessionPolicies(in *sts.AssumeRoleWithWebIdentityInput, partition, account string) error {
	size := 0
	for _, p := range in.PolicyArns {
		arn := aws.ToString(p.Arn)
		if len(arn) < 20 || len(arn) > 2048 {
			return invalid("policyArns", "have length between 20 and 2048 each")
		}
		aws, own := "arn:"+partition+":iam::aws:policy/", "arn:"+partition+":iam::"+account+":policy/"
		if !strings.HasPrefix(arn, aws) && !strings.HasPrefix(arn, own) {
			return refuse("ValidationError", "The policy ARN is not one of a managed policy of AWS or of the account of the role")
		}
		size += len(arn)
	}
	if in.Policy != nil {
		if !json.Valid([]byte(*in.Policy)) {
			return refuse("MalformedPolicyDocument", "Syntax errors in policy.")
		}
		size += len(*in.Policy)
	}
	if size > maxPacked {
		return refuse("PackedPolicyTooLarge", "Packed policy consumes %d%% of allotted space, please use smaller policy.", size*100/maxPacked)
	}
	return nil
}
