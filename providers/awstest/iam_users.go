package awstest

import (
	"regexp"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

type user struct {
	name, path, id, arn string
	created             time.Time
	policy              Policy
	keys                []*key // every one it ever had, oldest first
	profile             *profile
	hadProfile          bool      // and lost it
	unmodifiable        time.Time // until when its login profile cannot be changed
	passwordUsed        time.Time
	tags                []types.Tag
}

func (u *user) liveKeys() int {
	n := 0
	for _, k := range u.keys {
		if k.exists() {
			n++
		}
	}
	return n
}

var nameForm = regexp.MustCompile(`^[A-Za-z0-9_+=,.@-]{1,64}$`)

// target returns the user that a call means: the named one, or without a name the caller.
func (s *Simulator) target(c *call, name *string) (*user, error) {
	if c.Implicit {
		if c.caller.key == nil {
			return nil, refuse("ValidationError", "Must specify userName when calling with non-User credentials")
		}
		return s.existing(c.caller.key.user.name)
	}
	return s.existing(aws.ToString(name))
}

func (s *Simulator) existing(name string) (*user, error) {
	if !nameForm.MatchString(name) {
		return nil, refuse("ValidationError", "The specified value for userName is invalid. "+
			"It must contain only alphanumeric characters and/or the following: +=,.@_-")
	}
	if u := s.user(name); u != nil {
		return u, nil
	}
	return nil, refuse("NoSuchEntity", "The user with name %s cannot be found.", name)
}

func (s *Simulator) getUser(c *call, in *iam.GetUserInput) (*iam.GetUserOutput, error) {
	u, err := s.target(c, in.UserName)
	if err != nil {
		return nil, err
	}
	out := &types.User{
		Arn: &u.arn, Path: &u.path, UserId: &u.id, UserName: &u.name,
		CreateDate: aws.Time(u.created), Tags: append([]types.Tag(nil), u.tags...),
	}
	if !u.passwordUsed.IsZero() {
		out.PasswordLastUsed = aws.Time(u.passwordUsed)
	}
	return &iam.GetUserOutput{User: out}, nil
}

const maxTags = 50

func (s *Simulator) tagUser(c *call, in *iam.TagUserInput) (*iam.TagUserOutput, error) {
	u, err := s.target(c, in.UserName)
	if err != nil {
		return nil, err
	}
	tags := append([]types.Tag(nil), u.tags...)
	for _, tag := range in.Tags {
		name := aws.ToString(tag.Key)
		if name == "" || tag.Value == nil {
			return nil, refuse("ValidationError", "A tag needs a Key that is not empty and a Value.")
		}
		tag = types.Tag{Key: aws.String(name), Value: aws.String(*tag.Value)}
		at := 0
		for at < len(tags) && !strings.EqualFold(*tags[at].Key, name) {
			at++
		}
		if at == len(tags) {
			tags = append(tags, tag)
		}
		tags[at] = tag
	}
	if len(tags) > maxTags {
		return nil, refuse("LimitExceeded", "Cannot exceed quota for TagsPerUser: %d", maxTags)
	}
	u.tags = tags
	return &iam.TagUserOutput{}, nil
}
