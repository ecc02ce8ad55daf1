package awslogin

import (
	"net/url"
	"regexp"
	"strings"
)

// A partition is one of the separate worlds of AWS.
type partition struct {
	name     string
	prefixes []string // of the regions
	region   string   // whose STS is asked unless the program says another
}

// partitions are those known. An SDK takes a region that it does not know for one of aws without a word.
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

func partitionNamed(name string) (partition, bool) {
	for _, p := range partitions {
		if p.name == name {
			return p, true
		}
	}
	return partition{}, false
}

func partitionNames() string {
	var names []string
	for _, p := range partitions {
		names = append(names, `"`+p.name+`"`)
	}
	return strings.Join(names, ", ")
}

var regionForm = regexp.MustCompile(`^[a-z]{2,4}(-[a-z]+)+-[0-9]+$`)

// partitionOf returns the partition of a region: that with the longest prefix.
func partitionOf(region string) (found partition, ok bool) {
	if !regionForm.MatchString(region) {
		return partition{}, false
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

// checkEndpoint checks what the program is set up with.
func (p *Provider) checkEndpoint() error {
	if p.Endpoint == "" {
		return nil
	}
	u, err := url.Parse(p.Endpoint)
	switch {
	case err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.RawQuery != "" || u.Fragment != "":
		return badInput(`the program is set up with an endpoint of STS that is no URL; use one such as "https://sts.example.com/"`)
	case p.FIPS || p.DualStack:
		return badInput("the program is set up with an endpoint of STS and with a variant of AWS's own; use one of them")
	}
	return nil
}

// regionsIn returns the regions to ask for a role of that partition, in order.
func (p *Provider) regionsIn(part partition) ([]string, error) {
	if len(p.Regions) == 0 {
		return []string{part.region}, nil
	}
	var regions []string
	for _, region := range p.Regions {
		its, ok := partitionOf(region)
		if !ok {
			return nil, badInput("the program is set up with %q, which is no region of AWS; use one such as %q", region, part.region)
		}
		if its.name == part.name {
			regions = append(regions, region)
		}
	}
	if len(regions) == 0 {
		return nil, badInput(`"oidc.roleArn" is in the partition %q and the program is set up with regions of others only; `+
			`add one such as %q, or use a role of their partition`, part.name, part.region)
	}
	return regions, nil
}
