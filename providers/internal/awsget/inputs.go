package awsget

import (
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/arn"

	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/providers/awsclient"
	"github.com/escapement-go/escapement/providers/awspartition"
	"github.com/escapement-go/escapement/schema"
)

// maxID is more than any name or ARN has, in bytes.
const maxID = 2048

// InputSchema describes the inputs region, login and get, where get has entries of a kind.
func InputSchema(get string, entry *schema.Schema) *schema.Schema {
	return Object(map[string]*schema.Schema{
		"region": Text("The region whose store is asked, such as us-west-2."),
		"login":  awsclient.LoginSchema(),
		"get":    {Type: []string{"object"}, Description: get, AdditionalProperties: entry},
	}, "region", "login", "get")
}

// Object describes an object that has these properties and no others.
func Object(properties map[string]*schema.Schema, required ...string) *schema.Schema {
	return &schema.Schema{
		Type: []string{"object"}, Properties: properties, Required: required, AdditionalProperties: &schema.Schema{Never: true},
	}
}

// Text describes a string that is not empty.
func Text(description string) *schema.Schema {
	one := 1
	return &schema.Schema{Type: []string{"string"}, MinLength: &one, Description: description}
}

// A Target is whom to ask, and for whom.
type Target struct {
	Login     awsclient.Login
	Region    string
	Partition awspartition.Partition
}

// Parse reads the inputs region and login. The error is an [*awsclient.InputError] or an [*Error].
func Parse(req *providers.Request, now time.Time) (Target, error) {
	var in struct {
		Region string `json:"region"`
	}
	if err := req.Decode(&in); err != nil {
		return Target{}, BadInput(err.Error())
	}
	login, err := awsclient.ParseLogin(req, now, 0)
	if err != nil {
		return Target{}, err
	}
	partition, known := awspartition.Of(in.Region)
	if !known {
		return Target{}, BadInput(`"region" is no region of AWS; write one such as "us-west-2"`)
	}
	return Target{Login: login, Region: in.Region, Partition: partition}, nil
}

// CheckID returns what is wrong with the name or ARN of something in a service, nil if nothing is. An ARN must be of the
// region.
func (t Target) CheckID(id, service string) *Problem {
	parsed, err := arn.Parse(id)
	isARN := strings.HasPrefix(id, "arn:")
	switch {
	case strings.TrimSpace(id) == "" || len(id) > maxID:
		return badID("is empty or longer than 2048 bytes", "write a name or an ARN")
	case !isARN:
		return nil
	case err != nil || parsed.Service != service:
		return badID(fmt.Sprintf("is not an ARN of %q", service), "write a name or such an ARN")
	case parsed.Partition != t.Partition.Name:
		return badID(fmt.Sprintf("is in the partition %q and \"region\" in %q", parsed.Partition, t.Partition.Name), "change one of them")
	case parsed.Region != t.Region:
		return badID(fmt.Sprintf(`is in the region %q and "region" is %q`, parsed.Region, t.Region), "get it with another call for its region")
	}
	return nil
}

func badID(text, hint string) *Problem { return &Problem{Code: "bad-input", Text: text, Hint: hint} }
