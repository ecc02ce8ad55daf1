package awstest

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
)

// A Parameter is what Parameter Store keeps under a name, in [Options] or for [Simulator.AddParameter]. It prints without
// its value.
type Parameter struct {
	Name   string
	Region string // empty means that of the options
	Type   string // String, StringList or SecureString; empty means String
	Value  string `json:"-"`

	// KMSKey is the ARN or id of the key of KMS that a SecureString is encrypted with: whoever reads it needs
	// kms:Decrypt, whoever writes it kms:Encrypt. Empty means the one that AWS manages, for which nobody needs permission.
	KMSKey string

	Labels []string // of this version
}

// Format writes the parameter without its value, whatever the verb.
func (p Parameter) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "parameter %s", p.Name) }

// A parameter is a Parameter with all its versions. The first version is 1.
type parameter struct {
	name, arn string
	kind      types.ParameterType
	versions  []*parameterVersion
}

type parameterVersion struct {
	value, key string
	tier       types.ParameterTier
	modified   time.Time
	labels     []string
}

const (
	parameterKey         = "alias/aws/ssm" // of those that name no other
	longestParameterName = 1011
)

var (
	parameterForm = regexp.MustCompile(`^[A-Za-z0-9_./-]+$`)
	reservedForm  = regexp.MustCompile(`(?i)^/?(aws|ssm)`)
)

// AddParameter stores a parameter, or a new version of one that exists. It returns an error if the name or the type is
// malformed.
func (s *Simulator) AddParameter(made Parameter) error {
	if err := checkParameterName(made.Name); err != nil {
		return fmt.Errorf("parameter name %q: %s", made.Name, err.message)
	}
	kind := types.ParameterType(made.Type)
	if kind == "" {
		kind = types.ParameterTypeString
	}
	if !slices.Contains(kind.Values(), kind) {
		return fmt.Errorf("parameter type %q: String, StringList and SecureString are allowed", made.Type)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	kept := s.newParameter(s.regionOr(made.Region), made.Name, kind)
	s.addParameterVersion(kept, &parameterVersion{value: made.Value, key: made.KMSKey, labels: slices.Clone(made.Labels)})
	return nil
}

func checkParameterName(name string) *apiError {
	switch {
	case !parameterForm.MatchString(name) || len(name) > longestParameterName:
		return refuse("ValidationException", "Parameter name: can't be longer than 1011 characters and may contain only letters, digits and any of _./-")
	case reservedForm.MatchString(name):
		return refuse("ValidationException", `Parameter name: can't be prefixed with "ssm" or "aws" (case-insensitive).`)
	case strings.Contains(name, "/") && name[0] != '/' || strings.HasSuffix(name, "/"):
		return refuse("ValidationException", "Parameter name must be a fully qualified name.")
	}
	return nil
}

// newParameter returns the parameter of a name, with no version if there was none.
func (s *Simulator) newParameter(region, name string, kind types.ParameterType) *parameter {
	at := regional{region, name}
	if s.parameters[at] == nil {
		arn := s.regionalARN(ServiceSSM, region, "parameter/"+strings.TrimPrefix(name, "/"))
		s.parameters[at] = &parameter{name: name, arn: arn, kind: kind}
	}
	return s.parameters[at]
}

func (s *Simulator) addParameterVersion(kept *parameter, v *parameterVersion) {
	v.modified = s.now()
	if v.tier == "" {
		v.tier = types.ParameterTierStandard
	}
	if kept.kind == types.ParameterTypeSecureString {
		if v.key == "" {
			v.key = parameterKey
		}
		if v.value != "" {
			s.secrets = append(s.secrets, v.value)
		}
	}
	labels := v.labels
	v.labels = nil
	kept.versions = append(kept.versions, v)
	kept.label(v, labels)
}

// label attaches labels to a version, and takes them from the others.
func (p *parameter) label(to *parameterVersion, labels []string) {
	for _, v := range p.versions {
		v.labels = slices.DeleteFunc(v.labels, func(l string) bool { return slices.Contains(labels, l) })
	}
	to.labels = append(to.labels, labels...)
}

// selected returns the version that a selector means, such as ":3" or ":label", with its number; the latest without one.
func (p *parameter) selected(selector string) (*parameterVersion, int64) {
	if selector == "" {
		return p.versions[len(p.versions)-1], int64(len(p.versions))
	}
	n, err := strconv.ParseInt(selector[1:], 10, 64)
	for i, v := range p.versions {
		if err == nil && n == int64(i)+1 || slices.Contains(v.labels, selector[1:]) {
			return v, int64(i) + 1
		}
	}
	return nil, 0
}

// findParameter returns the parameter that a call means by a name or an ARN, and the selector after it. The ARN is that
// of the parameter, or that which it would have.
func (s *Simulator) findParameter(region, sent string) (kept *parameter, arn, selector string) {
	prefix := s.regionalARN(ServiceSSM, region, "parameter/")
	name, isARN := strings.CutPrefix(sent, prefix)
	if i := strings.LastIndexByte(name, ':'); i >= 0 && (isARN || !strings.HasPrefix(name, "arn:")) {
		name, selector = name[:i], name[i:]
	}
	kept = s.parameters[regional{region, name}]
	if isARN && s.parameters[regional{region, "/" + name}] != nil {
		kept = s.parameters[regional{region, "/" + name}]
	}
	if strings.HasPrefix(name, "arn:") {
		return kept, name, selector
	}
	return kept, prefix + strings.TrimPrefix(name, "/"), selector
}

// shown is a version as an answer has it.
func (p *parameter) shown(v *parameterVersion, number int64, selector string, value string) types.Parameter {
	return types.Parameter{
		ARN: aws.String(p.arn), DataType: aws.String("text"), LastModifiedDate: aws.Time(v.modified), Name: aws.String(p.name),
		Selector: textOrNil(selector), Type: p.kind, Value: aws.String(value), Version: number,
	}
}
