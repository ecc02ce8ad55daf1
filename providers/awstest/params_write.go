package awstest

import (
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
)

const (
	largestStandard  = 4096 // bytes of a value
	largestAdvanced  = 8192
	largestLabelling = 10
)

func (s *Simulator) putParameter(c *call, in *ssm.PutParameterInput) (*ssm.PutParameterOutput, error) {
	name, kind := aws.ToString(in.Name), in.Type
	if err := checkParameterName(name); err != nil {
		return nil, err
	}
	if err := s.permitParameter(c, "PutParameter", name); err != nil {
		return nil, err
	}
	kept := s.parameters[regional{c.region, name}]
	if kept != nil && kind == "" {
		kind = kept.kind
	}
	v := &parameterVersion{value: aws.ToString(in.Value), key: aws.ToString(in.KeyId), tier: in.Tier}
	switch {
	case kept != nil && !aws.ToBool(in.Overwrite):
		return nil, refuse("ParameterAlreadyExists", "The parameter already exists. To overwrite this value, set the overwrite option in the request to true.")
	case kind == "":
		return nil, refuse("ValidationException", "A parameter type is required when you create a parameter.")
	case !slices.Contains(kind.Values(), kind):
		return nil, invalidMember("type", "Member must satisfy enum value set: [SecureString, StringList, String]")
	case kept != nil && kept.kind != kind:
		return nil, refuse("HierarchyTypeMismatchException", "Parameter Store doesn't support changing a parameter type in a hierarchy.")
	}
	if err := s.checkParameter(c, v, kind); err != nil {
		return nil, err
	}
	kept = s.newParameter(c.region, name, kind)
	s.addParameterVersion(kept, v)
	return &ssm.PutParameterOutput{Version: int64(len(kept.versions)), Tier: v.tier}, nil
}

// checkParameter applies the bounds of a value.
func (s *Simulator) checkParameter(c *call, v *parameterVersion, kind types.ParameterType) error {
	switch {
	case v.value == "":
		return invalidMember("value", "Member must have length greater than or equal to 1")
	case strings.Contains(v.value, "{{"):
		return refuse("ValidationException", "Parameter value can't nest another parameter. Do not use {{}} in the value.")
	case len(v.value) > largestAdvanced || v.tier != types.ParameterTierAdvanced && len(v.value) > largestStandard:
		return refuse("ValidationException", "Standard tier parameters support a maximum parameter value of 4096 characters, advanced ones of 8192.")
	case v.key != "" && kind != types.ParameterTypeSecureString:
		return refuse("ValidationException", "KeyId is required for SecureString type parameter only.")
	case !s.mayUseKey(c, "kms:Encrypt", v.key):
		return refuse("AccessDeniedException", keyRefused)
	}
	return nil
}

var labelForm = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.-]{0,99}$`)

func (s *Simulator) labelParameterVersion(c *call, in *ssm.LabelParameterVersionInput) (*ssm.LabelParameterVersionOutput, error) {
	name := aws.ToString(in.Name)
	if err := s.permitParameter(c, "LabelParameterVersion", name); err != nil {
		return nil, err
	}
	kept := s.parameters[regional{c.region, name}]
	if kept == nil {
		return nil, refuse("ParameterNotFound", "")
	}
	number := int64(len(kept.versions))
	if in.ParameterVersion != nil {
		number = *in.ParameterVersion
	}
	if number < 1 || number > int64(len(kept.versions)) {
		return nil, refuse("ParameterVersionNotFound", "Systems Manager could not find version %d of %s. Verify the version and try again.", number, name)
	}
	out := &ssm.LabelParameterVersionOutput{InvalidLabels: []string{}, ParameterVersion: number}
	var labels []string
	for _, l := range in.Labels {
		lower := strings.ToLower(l)
		if !labelForm.MatchString(l) || strings.HasPrefix(lower, "aws") || strings.HasPrefix(lower, "ssm") {
			out.InvalidLabels = append(out.InvalidLabels, l)
		} else if !slices.Contains(labels, l) {
			labels = append(labels, l)
		}
	}
	if len(labels) > largestLabelling {
		return nil, refuse("ParameterVersionLabelLimitExceeded", "A parameter version can have maximum 10 labels.")
	}
	kept.label(kept.versions[number-1], labels)
	return out, nil
}
