package awsiam

import (
	"regexp"
	"strings"
)

// A partition is one of the separate worlds of AWS. IAM is global in each.
type partition struct {
	name     string
	prefixes []string // of its regions
	region   string   // whose STS is asked unless the document says another
}

// partitions are those known. The SDK takes a region that it does not know for one of "aws" without a word.
var partitions = []partition{
	{"aws", []string{"us-", "eu-", "ap-", "sa-", "ca-", "me-", "af-", "il-", "mx-"}, "us-east-1"},
	{"aws-cn", []string{"cn-"}, "cn-north-1"},
	{"aws-us-gov", []string{"us-gov-"}, "us-gov-west-1"},
	{"aws-iso", []string{"us-iso-"}, "us-iso-east-1"},
	{"aws-iso-b", []string{"us-isob-"}, "us-isob-east-1"},
	{"aws-iso-e", []string{"eu-isoe-"}, "eu-isoe-west-1"},
	{"aws-iso-f", []string{"us-isof-"}, "us-isof-south-1"},
	{"aws-eusc", []string{"eusc-"}, "eusc-de-east-1"},
}

var regionForm = regexp.MustCompile(`^[a-z]{2,4}(-[a-z]+)+-[0-9]+$`)

func partitionNamed(name string) (partition, bool) {
	for _, p := range partitions {
		if p.name == name {
			return p, true
		}
	}
	return partition{}, false
}

// partitionOf returns the partition of a region: that with the longest prefix.
func partitionOf(region string) (partition, bool) {
	var found partition
	longest := 0
	if !regionForm.MatchString(region) {
		return found, false
	}
	for _, p := range partitions {
		for _, prefix := range p.prefixes {
			if strings.HasPrefix(region, prefix) && len(prefix) > longest {
				found, longest = p, len(prefix)
			}
		}
	}
	return found, longest > 0
}
