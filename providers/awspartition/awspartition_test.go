package awspartition_test

import (
	"testing"

	"github.com/escapement-go/escapement/providers/awspartition"
)

func TestRegions(t *testing.T) {
	for region, want := range map[string]string{
		"us-east-1": "aws", "eu-central-2": "aws", "mx-central-1": "aws", "cn-north-1": "aws-cn", "us-gov-west-1": "aws-us-gov",
		"us-iso-east-1": "aws-iso", "us-isob-east-1": "aws-iso-b", "eu-isoe-west-1": "aws-iso-e", "us-isof-south-1": "aws-iso-f",
		"eusc-de-east-1": "aws-eusc",
	} {
		if got, known := awspartition.Of(region); !known || got.Name != want {
			t.Errorf("%s is in %q, want %q", region, got.Name, want)
		}
	}
	for _, region := range []string{"", "us-east", "US-EAST-1", "xx-east-1", "us-east-1 ", "useast1", "zz-gov-west-1", "us_east_1"} {
		if got, known := awspartition.Of(region); known {
			t.Errorf("%q is in %s", region, got.Name)
		}
	}
	for _, p := range awspartition.All() {
		if its, _ := awspartition.Of(p.Region); its.Name != p.Name {
			t.Errorf("the default region of %s is in %s", p.Name, its.Name)
		}
	}
}
