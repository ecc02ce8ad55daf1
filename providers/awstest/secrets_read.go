package awstest

import (
	"errors"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
)

const (
	suffixLength   = 6 // of the ARN of a secret, after a hyphen
	largestBatch   = 20
	secretNotFound = "Secrets Manager can't find the specified secret."
	kmsForbidden   = "Access to KMS is not allowed"
	secretMarked   = "You can't perform this operation on the secret because it was marked for deletion."
)

// secretFor returns the secret that a call means by a name or an ARN, which may lack its suffix, if the caller may
// perform the action on it.
func (s *Simulator) secretFor(c *call, action string, id *string) (*secret, error) {
	sent := aws.ToString(id)
	if sent == "" || len(sent) > longestID {
		return nil, invalidMember("secretId", "Member must have length between 1 and 2048")
	}
	kept := s.findSecret(c.region, sent)
	arn := sent
	if kept != nil {
		arn = kept.arn
	} else if !strings.HasPrefix(sent, "arn:") {
		arn = s.regionalARN(ServiceSecrets, c.region, "secret:"+sent)
	}
	if err := c.permit(ServiceSecrets+":"+action, sent, arn); err != nil {
		return nil, err
	}
	if kept == nil {
		return nil, refuse("ResourceNotFoundException", secretNotFound)
	}
	return kept, nil
}

func (s *Simulator) findSecret(region, id string) *secret {
	name, isARN := strings.CutPrefix(id, s.regionalARN(ServiceSecrets, region, "secret:"))
	if !isARN {
		return s.keptSecret(region, id)
	}
	if n := len(name) - suffixLength - 1; n > 0 {
		if kept := s.keptSecret(region, name[:n]); kept != nil && kept.arn == id {
			return kept
		}
	}
	return s.keptSecret(region, name)
}

func (s *Simulator) getSecretValue(c *call, in *secretsmanager.GetSecretValueInput) (*secretsmanager.GetSecretValueOutput, error) {
	e, err := s.secretValue(c, in)
	if err != nil {
		return nil, err
	}
	return &secretsmanager.GetSecretValueOutput{
		ARN: e.ARN, CreatedDate: e.CreatedDate, Name: e.Name, SecretBinary: e.SecretBinary, SecretString: e.SecretString,
		VersionId: e.VersionId, VersionStages: e.VersionStages,
	}, nil
}

func (s *Simulator) secretValue(c *call, in *secretsmanager.GetSecretValueInput) (*types.SecretValueEntry, error) {
	kept, err := s.secretFor(c, "GetSecretValue", in.SecretId)
	if err != nil {
		return nil, err
	}
	if !kept.gone.IsZero() {
		return nil, refuse("InvalidRequestException", secretMarked)
	}
	v, err := kept.meant(in.VersionId, in.VersionStage)
	if err != nil {
		return nil, err
	}
	if !s.mayUseKey(c, "kms:Decrypt", kept.key) {
		return nil, refuse("AccessDeniedException", kmsForbidden)
	}
	return &types.SecretValueEntry{
		ARN: aws.String(kept.arn), Name: aws.String(kept.name), CreatedDate: aws.Time(v.created), SecretString: v.text,
		SecretBinary: slices.Clone(v.binary), VersionId: aws.String(v.id), VersionStages: slices.Clone(v.stages),
	}, nil
}

// meant returns the version that a call means: by its id, by a staging label, by both, or the current one.
func (k *secret) meant(id, stage *string) (*secretVersion, error) {
	const none = "Secrets Manager can't find the specified secret value for "
	if id == nil {
		label := stageCurrent
		if stage != nil {
			label = *stage
		}
		if v := k.staged(label); v != nil {
			return v, nil
		}
		return nil, refuse("ResourceNotFoundException", none+"staging label: %s", label)
	}
	v := k.version(*id)
	switch {
	case v == nil:
		return nil, refuse("ResourceNotFoundException", none+"VersionId: %s", *id)
	case stage != nil && !slices.Contains(v.stages, *stage):
		return nil, refuse("InvalidRequestException", "You provided a VersionStage that is not associated to the provided VersionId.")
	}
	return v, nil
}

// batchGetSecretValue knows lists of ids; filters are not simulated.
func (s *Simulator) batchGetSecretValue(c *call, in *secretsmanager.BatchGetSecretValueInput) (*secretsmanager.BatchGetSecretValueOutput, error) {
	if err := c.permit("secretsmanager:BatchGetSecretValue", "*", "*"); err != nil {
		return nil, err
	}
	switch n := len(in.SecretIdList); {
	case len(in.Filters) > 0 && n > 0, in.MaxResults != nil && n > 0:
		return nil, refuse("InvalidParameterException", "You can't use SecretIdList together with Filters or MaxResults.")
	case n == 0:
		return nil, refuse("InvalidParameterException", "You must include either Filters or SecretIdList; the simulator knows only SecretIdList.")
	case n > largestBatch:
		return nil, invalidMember("secretIdList", "Member must have length less than or equal to 20")
	}
	ids, next, err := s.page(in.SecretIdList, in.NextToken, largestBatch)
	if err != nil {
		return nil, refuse("InvalidNextTokenException", "Invalid NextToken.")
	}
	out := &secretsmanager.BatchGetSecretValueOutput{SecretValues: []types.SecretValueEntry{}, Errors: []types.APIErrorType{}, NextToken: next}
	for _, id := range ids {
		entry, err := s.secretValue(c, &secretsmanager.GetSecretValueInput{SecretId: &id})
		var refused *apiError
		if errors.As(err, &refused) {
			out.Errors = append(out.Errors, types.APIErrorType{ErrorCode: &refused.code, Message: &refused.message, SecretId: aws.String(id)})
			continue
		}
		out.SecretValues = append(out.SecretValues, *entry)
	}
	return out, nil
}

func (s *Simulator) describeSecret(c *call, in *secretsmanager.DescribeSecretInput) (*secretsmanager.DescribeSecretOutput, error) {
	kept, err := s.secretFor(c, "DescribeSecret", in.SecretId)
	if err != nil {
		return nil, err
	}
	out := &secretsmanager.DescribeSecretOutput{
		ARN: aws.String(kept.arn), Name: aws.String(kept.name), Description: textOrNil(kept.description), KmsKeyId: textOrNil(kept.key),
		CreatedDate: aws.Time(kept.created), LastChangedDate: aws.Time(kept.changed), VersionIdsToStages: map[string][]string{},
	}
	if !kept.gone.IsZero() {
		out.DeletedDate = aws.Time(kept.gone)
	}
	for _, v := range kept.versions {
		if len(v.stages) > 0 {
			out.VersionIdsToStages[v.id] = slices.Clone(v.stages)
		}
	}
	return out, nil
}
