package awstest

import (
	"bytes"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
)

const (
	largestSecret  = 65536
	maxStages      = 20
	shortestToken  = 32
	longestToken   = 64
	shortestWindow = 7 // days
	longestWindow  = 30
	day            = 24 * time.Hour
)

// newVersion checks what a call wants to store. A call without a token, which the SDK never makes, is given one.
func newVersion(token, text *string, binary []byte) (*secretVersion, error) {
	v := &secretVersion{id: aws.ToString(token), binary: slices.Clone(binary)}
	switch {
	case token != nil && (len(*token) < shortestToken || len(*token) > longestToken):
		return nil, refuse("InvalidParameterException", "ClientRequestToken must be 32-64 characters long.")
	case text != nil && binary != nil:
		return nil, refuse("InvalidParameterException", "You can't specify both a binary secret value and a string secret value in the same secret.")
	case text != nil && (*text == "" || len(*text) > largestSecret):
		return nil, invalidMember("secretString", "Member must have length between 1 and 65536")
	case text == nil && binary != nil && (len(binary) == 0 || len(binary) > largestSecret):
		return nil, invalidMember("secretBinary", "Member must have length between 1 and 65536")
	case text != nil:
		v.text = aws.String(*text)
	}
	return v, nil
}

func (v *secretVersion) empty() bool { return v.text == nil && v.binary == nil }

// same tells whether two versions have the same content.
func (v *secretVersion) same(other *secretVersion) bool {
	return (v.text == nil) == (other.text == nil) && aws.ToString(v.text) == aws.ToString(other.text) && bytes.Equal(v.binary, other.binary)
}

func (s *Simulator) createSecret(c *call, in *secretsmanager.CreateSecretInput) (*secretsmanager.CreateSecretOutput, error) {
	name := aws.ToString(in.Name)
	if !secretNameForm.MatchString(name) {
		return nil, refuse("ValidationException", "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!")
	}
	if err := c.permit("secretsmanager:CreateSecret", name, s.regionalARN(ServiceSecrets, c.region, "secret:"+name)); err != nil {
		return nil, err
	}
	v, err := newVersion(in.ClientRequestToken, in.SecretString, in.SecretBinary)
	if err != nil {
		return nil, err
	}
	key := aws.ToString(in.KmsKeyId)
	if !s.mayUseKey(c, "kms:GenerateDataKey", key) {
		return nil, refuse("AccessDeniedException", kmsForbidden)
	}
	kept := s.keptSecret(c.region, name)
	if kept == nil {
		kept = s.newSecret(c.region, name, key)
		kept.description = aws.ToString(in.Description)
		if !v.empty() {
			s.addVersion(kept, v, []string{stageCurrent})
		}
	} else if err := kept.repeated(v); err != nil {
		return nil, err
	}
	out := &secretsmanager.CreateSecretOutput{ARN: aws.String(kept.arn), Name: aws.String(kept.name)}
	if !v.empty() {
		out.VersionId = aws.String(v.id)
	}
	return out, nil
}

// repeated refuses to create a secret that exists, unless the call is the one that created it, made again.
func (k *secret) repeated(v *secretVersion) error {
	switch before := k.version(v.id); {
	case !k.gone.IsZero():
		return refuse("InvalidRequestException", "You can't create this secret because a secret with this name is already scheduled for deletion.")
	case before == nil || !before.same(v):
		return refuse("ResourceExistsException", "The operation failed because the secret %s already exists.", k.name)
	}
	return nil
}

func (s *Simulator) putSecretValue(c *call, in *secretsmanager.PutSecretValueInput) (*secretsmanager.PutSecretValueOutput, error) {
	kept, err := s.secretFor(c, "PutSecretValue", in.SecretId)
	if err != nil {
		return nil, err
	}
	v, err := newVersion(in.ClientRequestToken, in.SecretString, in.SecretBinary)
	switch {
	case err != nil:
		return nil, err
	case v.empty():
		return nil, refuse("InvalidParameterException", "You must provide either SecretString or SecretBinary.")
	case len(in.VersionStages) > maxStages || slices.Contains(in.VersionStages, "") || in.VersionStages != nil && len(in.VersionStages) == 0:
		return nil, invalidMember("versionStages", "Member must have length between 1 and 20")
	case !kept.gone.IsZero():
		return nil, refuse("InvalidRequestException", secretMarked)
	case !s.mayUseKey(c, "kms:GenerateDataKey", kept.key) || !s.mayUseKey(c, "kms:Decrypt", kept.key):
		return nil, refuse("AccessDeniedException", kmsForbidden)
	}
	if before := kept.version(v.id); before == nil {
		s.addVersion(kept, v, kept.stagesFor(in.VersionStages))
	} else if before.same(v) {
		v = before // the call was made before: nothing changes, not even the labels
	} else {
		return nil, refuse("ResourceExistsException",
			"You can't use ClientRequestToken %s because that value is already in use for a version of secret %s.", v.id, kept.arn)
	}
	return &secretsmanager.PutSecretValueOutput{
		ARN: aws.String(kept.arn), Name: aws.String(kept.name), VersionId: aws.String(v.id), VersionStages: slices.Clone(v.stages),
	}, nil
}

// stagesFor returns the labels of a new version: those that are asked for; the first version is current in any case.
func (k *secret) stagesFor(asked []string) []string {
	if asked == nil {
		return []string{stageCurrent}
	}
	if len(k.versions) == 0 && !slices.Contains(asked, stageCurrent) {
		return append(slices.Clone(asked), stageCurrent)
	}
	return asked
}

func (s *Simulator) deleteSecret(c *call, in *secretsmanager.DeleteSecretInput) (*secretsmanager.DeleteSecretOutput, error) {
	kept, err := s.secretFor(c, "DeleteSecret", in.SecretId)
	if err != nil {
		return nil, err
	}
	now, window := aws.ToBool(in.ForceDeleteWithoutRecovery), int64(longestWindow)
	if in.RecoveryWindowInDays != nil {
		window = *in.RecoveryWindowInDays
	}
	switch {
	case now && in.RecoveryWindowInDays != nil:
		return nil, refuse("InvalidParameterException", "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.")
	case window < shortestWindow || window > longestWindow:
		return nil, refuse("InvalidParameterException", "The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).")
	case now:
		kept.gone = s.now()
	case !kept.gone.IsZero():
		return nil, refuse("InvalidRequestException", "You can't perform this operation on the secret because it was already scheduled for deletion.")
	default:
		kept.gone = s.now().Add(time.Duration(window) * day)
	}
	return &secretsmanager.DeleteSecretOutput{ARN: aws.String(kept.arn), Name: aws.String(kept.name), DeletionDate: aws.Time(kept.gone)}, nil
}

func (s *Simulator) restoreSecret(c *call, in *secretsmanager.RestoreSecretInput) (*secretsmanager.RestoreSecretOutput, error) {
	kept, err := s.secretFor(c, "RestoreSecret", in.SecretId)
	if err != nil {
		return nil, err
	}
	kept.gone = time.Time{}
	return &secretsmanager.RestoreSecretOutput{ARN: aws.String(kept.arn), Name: aws.String(kept.name)}, nil
}
