// Package awspartition knows the partitions of AWS: the separate worlds, such as aws and aws-cn, of which each has accounts,
// regions and an IAM of its own. It is for providers and rotators that read ARNs and regions.
package awspartition

import (
	"regexp"
	"slices"
	"strings"
)

// A Partition is one of the separate worlds of AWS.
type Partition struct {
	Name   string // such as aws-cn, as in ARNs
	Region string // whose STS is asked unless somebody says another

	prefixes []string // of the regions
}

// partitions are those known. An SDK takes a region that it does not know for one of aws without a word.
var partitions = []Partition{
	{"aws", "us-east-1", []string{"us-", "eu-", "ap-", "sa-", "ca-", "me-", "af-", "il-", "mx-"}},
	{"aws-cn", "cn-north-1", []string{"cn-"}},
	{"aws-us-gov", "us-gov-west-1", []string{"us-gov-"}},
	{"aws-iso", "us-iso-east-1", []string{"us-iso-"}},
	{"aws-iso-b", "us-isob-east-1", []string{"us-isob-"}},
	{"aws-iso-e", "eu-isoe-west-1", []string{"eu-isoe-"}},
	{"aws-iso-f", "us-isof-south-1", []string{"us-isof-"}},
	{"aws-eusc", "eusc-de-east-1", []string{"eusc-"}},
}

// All returns the partitions that are known.
func All() []Partition { return slices.Clone(partitions) }

// Named returns the partition of that name; false if none is known.
func Named(name string) (Partition, bool) {
	i := slices.IndexFunc(partitions, func(p Partition) bool { return p.Name == name })
	if i < 0 {
		return Partition{}, false
	}
	return partitions[i], true
}

var regionForm = regexp.MustCompile(`^[a-z]{2,4}(-[a-z]+)+-[0-9]+$`)

// Of returns the partition that a region is in: the one with the longest prefix. It is false for what is no region, and for
// regions of no partition that is known. Whether the region exists is not checked.
func Of(region string) (found Partition, ok bool) {
	if !regionForm.MatchString(region) {
		return Partition{}, false
	}
	longest := 0
	for _, p := range partitions {
		for _, prefix := range p.prefixes {
			if strings.HasPrefix(region, prefix) && len(prefix) > longest {
				found, longest = p, len(prefix)
			}
		}
	}
	return found, longest > 0
}
