package awstest

import (
	"encoding/base64"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

var keyIDForm = regexp.MustCompile(`^\w{16,128}$`)

func (s *Simulator) createAccessKey(c *call, in *iam.CreateAccessKeyInput) (*iam.CreateAccessKeyOutput, error) {
	u, err := s.target(c, in.UserName)
	if err != nil {
		return nil, err
	}
	if other := s.user(c.instead); other != nil {
		u = other
	}
	full := u.liveKeys() >= s.options.KeyQuota
	if s.options.RacyQuota {
		full = c.full
	}
	if full {
		return nil, refuse("LimitExceeded", "Cannot exceed quota for AccessKeysPerUser: %d", s.options.KeyQuota)
	}
	k := s.newKey(u, Key{})
	k.run, c.KeyID = c.run, k.id
	return &iam.CreateAccessKeyOutput{AccessKey: &types.AccessKey{
		AccessKeyId: aws.String(k.id), SecretAccessKey: aws.String(k.secret), Status: k.status(),
		CreateDate: aws.Time(k.created), UserName: aws.String(u.name),
	}}, nil
}

// newKey adds a key with what k says, made up where it says nothing.
func (s *Simulator) newKey(u *user, k Key) *key {
	now := s.now()
	for k.ID == "" || s.keys[k.ID] != nil {
		k.ID = s.ids.accessKey()
	}
	if k.Secret == "" {
		k.Secret = s.ids.secret()
	}
	if k.Status == "" {
		k.Status = string(types.StatusTypeActive)
	}
	if k.CreatedAt.IsZero() {
		k.CreatedAt = now
	}
	made := &key{
		id: k.ID, secret: k.Secret, user: u, created: k.CreatedAt.UTC().Truncate(1e9),
		changes: []change{{s.clock.Now(), types.StatusType(k.Status)}},
	}
	if !k.LastUsed.IsZero() {
		made.use(k.LastUsed, ServiceSTS, s.options.Region)
	}
	s.keys[k.ID] = made
	u.keys = append(u.keys, made)
	s.secrets = append(s.secrets, k.Secret)
	return made
}

// keyOf returns a key of the user that exists.
func (s *Simulator) keyOf(u *user, id *string) (*key, error) {
	if !keyIDForm.MatchString(aws.ToString(id)) {
		return nil, refuse("ValidationError", "The specified value for accessKeyId is invalid.")
	}
	if k := s.keys[*id]; k != nil && k.exists() && k.user == u {
		return k, nil
	}
	return nil, refuse("NoSuchEntity", "The Access Key with id %s cannot be found.", *id)
}

func (s *Simulator) deleteAccessKey(c *call, in *iam.DeleteAccessKeyInput) (*iam.DeleteAccessKeyOutput, error) {
	u, err := s.target(c, in.UserName)
	if err != nil {
		return nil, err
	}
	k, err := s.keyOf(u, in.AccessKeyId)
	if err != nil {
		return nil, err
	}
	k.deleted = s.clock.Now()
	return &iam.DeleteAccessKeyOutput{}, nil
}

func (s *Simulator) updateAccessKey(c *call, in *iam.UpdateAccessKeyInput) (*iam.UpdateAccessKeyOutput, error) {
	u, err := s.target(c, in.UserName)
	if err != nil {
		return nil, err
	}
	if in.Status != types.StatusTypeActive && in.Status != types.StatusTypeInactive {
		return nil, refuse("ValidationError", "1 validation error detected: Value '%s' at 'status' failed to satisfy constraint: "+
			"Member must satisfy enum value set: [Active, Inactive]", in.Status)
	}
	k, err := s.keyOf(u, in.AccessKeyId)
	if err != nil {
		return nil, err
	}
	k.setStatus(s.clock.Now(), in.Status)
	return &iam.UpdateAccessKeyOutput{}, nil
}

func (s *Simulator) listAccessKeys(c *call, in *iam.ListAccessKeysInput) (*iam.ListAccessKeysOutput, error) {
	u, err := s.target(c, in.UserName)
	if err != nil {
		return nil, err
	}
	all := []types.AccessKeyMetadata{}
	at := s.clock.Now().Add(-max(c.lag, s.options.ListLag))
	for _, k := range u.keys {
		if status, existed := k.statusAt(at); existed {
			all = append(all, types.AccessKeyMetadata{
				AccessKeyId: aws.String(k.id), CreateDate: aws.Time(k.created), Status: status, UserName: aws.String(u.name),
			})
		}
	}
	all, err = following(all, in.Marker)
	if err != nil {
		return nil, err
	}
	size := s.options.PageSize
	if in.MaxItems != nil {
		if *in.MaxItems < 1 || *in.MaxItems > 1000 {
			return nil, refuse("ValidationError", "The specified value for maxItems is invalid: it must be between 1 and 1000.")
		}
		size = min(size, int(*in.MaxItems))
	}
	out := &iam.ListAccessKeysOutput{AccessKeyMetadata: all}
	if len(all) > size {
		out.AccessKeyMetadata, out.IsTruncated = all[:size], true
		out.Marker = aws.String(base64.StdEncoding.EncodeToString([]byte("after " + *all[size-1].AccessKeyId)))
	}
	return out, nil
}

// firstPage is a marker that leads to the beginning, see EndlessPages.
const firstPage = "AAAAAAAAAAAA"

// following drops the keys that earlier pages have shown.
func following(all []types.AccessKeyMetadata, marker *string) ([]types.AccessKeyMetadata, error) {
	if marker == nil {
		return all, nil
	}
	if *marker == firstPage {
		return all, nil
	}
	text, _ := base64.StdEncoding.DecodeString(*marker)
	id, found := strings.CutPrefix(string(text), "after ")
	i := slices.IndexFunc(all, func(m types.AccessKeyMetadata) bool { return *m.AccessKeyId == id })
	if !found || i < 0 {
		return nil, refuse("ValidationError", "Invalid Marker.")
	}
	return all[i+1:], nil
}

func (s *Simulator) getAccessKeyLastUsed(c *call, in *iam.GetAccessKeyLastUsedInput) (*iam.GetAccessKeyLastUsedOutput, error) {
	k := s.keys[aws.ToString(in.AccessKeyId)]
	if k == nil || !k.exists() {
		return nil, refuse("NoSuchEntity", "The Access Key with id %s cannot be found.", aws.ToString(in.AccessKeyId))
	}
	used := &types.AccessKeyLastUsed{ServiceName: aws.String("N/A"), Region: aws.String("N/A")}
	if !k.used.at.IsZero() {
		used = &types.AccessKeyLastUsed{
			LastUsedDate: aws.Time(k.used.at), ServiceName: aws.String(k.used.service), Region: aws.String(k.used.region),
		}
	}
	return &iam.GetAccessKeyLastUsedOutput{UserName: aws.String(k.user.name), AccessKeyLastUsed: used}, nil
}
