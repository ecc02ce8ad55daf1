package awsiam

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws/arn"

	"github.com/escapement-go/escapement/providers/awsclient"
	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/rotators/internal/iamuser"
	"github.com/escapement-go/escapement/schema"
)

// A publication is the secret of AWS Secrets Manager that holds the current key for programs that do not open the
// environment.
type publication struct {
	secretID string // a name or an ARN, as given; empty: not known yet, which only Due meets
	region   string
	arn      string // as permissions name it
}

var secretNameForm = regexp.MustCompile(`^[A-Za-z0-9/_+=.@!-]{1,512}$`)

func publicationSchema() *schema.Schema {
	s := iamuser.Closed(map[string]*schema.Schema{
		"secretId": iamuser.Text("The name or ARN of the secret, which must exist."),
		"region":   iamuser.Text("The region of the secret; that of its ARN, or else of the rotation, without it."),
	}, "secretId")
	s.Description = "The secret of AWS Secrets Manager that the current key is published to."
	return s
}

// namedPublication reads as much of the input "publish" as is known. It is nil without one.
func namedPublication(req *rotators.Request) (*publication, error) {
	var raw struct {
		Publish *struct {
			SecretID string `json:"secretId"`
			Region   string `json:"region"`
		} `json:"publish"`
	}
	if err := iamuser.Decode(req, &raw); err != nil {
		return nil, err
	}
	if raw.Publish == nil {
		return nil, nil
	}
	return &publication{secretID: raw.Publish.SecretID, region: raw.Publish.Region}, nil
}

// parsePublication checks the input "publish" for a rotation of a target.
func parsePublication(req *rotators.Request, of iamuser.Target) (*publication, error) {
	p, err := namedPublication(req)
	switch {
	case p == nil || err != nil:
		return nil, err
	case strings.HasPrefix(p.secretID, "arn:"):
		return p.byARN(of.User)
	}
	return p.byName(of)
}

const secretExample = `write its name, or its ARN such as "arn:aws:secretsmanager:us-east-1:123456789012:secret:name-AbCdEf"`

// byName completes a publication whose secret is given by its name.
func (p publication) byName(of iamuser.Target) (*publication, error) {
	if !secretNameForm.MatchString(p.secretID) {
		return nil, iamuser.BadInput("publish.secretId", `is not the name of a secret, which has 1 to 512 letters, digits and characters of "/_+=.@!-"; %s`, secretExample)
	}
	region, err := awsclient.RegionIn(cmp.Or(p.region, of.Region), of.User.Partition)
	if err != nil {
		return nil, iamuser.BadInput("publish.region", "%v", err)
	}
	p.region = region
	p.arn = fmt.Sprintf("arn:%s:secretsmanager:%s:%s:secret:%s-??????", of.User.Partition.Name, region, of.User.Account, p.secretID)
	return &p, nil
}

// byARN completes a publication whose secret is given by its ARN.
func (p publication) byARN(user awsclient.ARN) (*publication, error) {
	parsed, err := arn.Parse(p.secretID)
	name, isSecret := strings.CutPrefix(parsed.Resource, "secret:")
	switch {
	case err != nil || parsed.Service != "secretsmanager" || !awsclient.IsAccount(parsed.AccountID) || !isSecret || !secretNameForm.MatchString(name):
		return nil, iamuser.BadInput("publish.secretId", "is not the ARN of a secret; %s", secretExample)
	case parsed.Partition != user.Partition.Name:
		return nil, iamuser.BadInput("publish.secretId", `is in the partition %q and "userArn" in %q`, parsed.Partition, user.Partition.Name)
	case p.region != "" && p.region != parsed.Region:
		return nil, iamuser.BadInput("publish.region", `is %q and the ARN of the secret says %q; leave it out`, p.region, parsed.Region)
	}
	region, err := awsclient.RegionIn(parsed.Region, user.Partition)
	if err != nil || parsed.Region == "" {
		return nil, iamuser.BadInput("publish.secretId", "names no region of AWS; %s", secretExample)
	}
	p.region, p.arn = region, p.secretID
	return &p, nil
}
