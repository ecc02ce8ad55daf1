package awstest

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
)

const (
	largestParameterPage = 10
	keyRefused           = "The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access."
)

// parameterValue returns the version that a call means by a name and a selector, once its action is permitted.
func (s *Simulator) parameterValue(c *call, sent string, decrypt bool) (*types.Parameter, error) {
	kept, _, selector := s.findParameter(c.region, sent)
	if kept == nil {
		return nil, refuse("ParameterNotFound", "")
	}
	v, number := kept.selected(selector)
	if v == nil {
		return nil, refuse("ParameterVersionNotFound", "Systems Manager could not find version %s of %s. Verify the version and try again.", selector[1:], kept.name)
	}
	value := v.value
	switch {
	case kept.kind != types.ParameterTypeSecureString:
	case !decrypt:
		sum := sha256.Sum256([]byte(value))
		value = "AQICAHh" + base64.StdEncoding.EncodeToString(sum[:])
	case !s.mayUseKey(c, "kms:Decrypt", v.key):
		return nil, refuse("AccessDeniedException", keyRefused)
	}
	out := kept.shown(v, number, selector, value)
	return &out, nil
}

func (s *Simulator) permitParameter(c *call, action, sent string) error {
	if sent == "" || len(sent) > longestID {
		return invalidMember("name", "Member must have length between 1 and 2048")
	}
	_, arn, _ := s.findParameter(c.region, sent)
	return c.permit(ServiceSSM+":"+action, arn, arn)
}

func (s *Simulator) getParameter(c *call, in *ssm.GetParameterInput) (*ssm.GetParameterOutput, error) {
	if err := s.permitParameter(c, "GetParameter", aws.ToString(in.Name)); err != nil {
		return nil, err
	}
	p, err := s.parameterValue(c, *in.Name, aws.ToBool(in.WithDecryption))
	if err != nil {
		return nil, err
	}
	return &ssm.GetParameterOutput{Parameter: p}, nil
}

// getParameters lists the names for which there is nothing; any other refusal is one of the whole call.
func (s *Simulator) getParameters(c *call, in *ssm.GetParametersInput) (*ssm.GetParametersOutput, error) {
	if len(in.Names) == 0 || len(in.Names) > largestParameterPage {
		return nil, invalidMember("names", "Member must have length between 1 and 10")
	}
	for _, name := range in.Names {
		if err := s.permitParameter(c, "GetParameters", name); err != nil {
			return nil, err
		}
	}
	out := &ssm.GetParametersOutput{Parameters: []types.Parameter{}, InvalidParameters: []string{}}
	for _, name := range slices.Sorted(slices.Values(in.Names)) {
		p, err := s.parameterValue(c, name, aws.ToBool(in.WithDecryption))
		var refused *apiError
		switch {
		case err == nil:
			out.Parameters = append(out.Parameters, *p)
		case errors.As(err, &refused) && strings.HasSuffix(refused.code, "NotFound"):
			out.InvalidParameters = append(out.InvalidParameters, name)
		default:
			return nil, err
		}
	}
	return out, nil
}

// getParametersByPath knows no filters.
func (s *Simulator) getParametersByPath(c *call, in *ssm.GetParametersByPathInput) (*ssm.GetParametersByPathOutput, error) {
	path, size := aws.ToString(in.Path), largestParameterPage
	if in.MaxResults != nil {
		size = int(*in.MaxResults)
	}
	switch {
	case !strings.HasPrefix(path, "/"):
		return nil, refuse("ValidationException", `The parameter doesn't meet the parameter name requirements. The parameter name must begin with a forward slash "/".`)
	case size < 1 || size > largestParameterPage:
		return nil, invalidMember("maxResults", "Member must have value between 1 and 10")
	case len(in.ParameterFilters) > 0:
		return nil, refuse("InvalidFilterKey", "Filters are not simulated.")
	}
	path = strings.TrimSuffix(path, "/")
	arn := s.regionalARN(ServiceSSM, c.region, "parameter"+path)
	if err := c.permit("ssm:GetParametersByPath", arn, arn); err != nil {
		return nil, err
	}
	names, next, err := s.page(s.parametersBelow(c.region, path+"/", aws.ToBool(in.Recursive)), in.NextToken, size)
	if err != nil {
		return nil, refuse("InvalidNextToken", "The specified token isn't valid.")
	}
	out := &ssm.GetParametersByPathOutput{Parameters: []types.Parameter{}, NextToken: next}
	for _, name := range names {
		p, err := s.parameterValue(c, name, aws.ToBool(in.WithDecryption))
		if err != nil {
			return nil, err
		}
		out.Parameters = append(out.Parameters, *p)
	}
	return out, nil
}

func (s *Simulator) parametersBelow(region, path string, recursive bool) []string {
	var names []string
	for at := range s.parameters {
		rest, below := strings.CutPrefix(at.name, path)
		if below && at.region == region && (recursive || !strings.Contains(rest, "/")) {
			names = append(names, at.name)
		}
	}
	slices.Sort(names)
	return names
}
