package awslogin

import (
	"net/url"

	"github.com/escapement-go/escapement/providers/awspartition"
)

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
func (p *Provider) regionsIn(part awspartition.Partition) ([]string, error) {
	if len(p.Regions) == 0 {
		return []string{part.Region}, nil
	}
	var regions []string
	for _, region := range p.Regions {
		its, ok := awspartition.Of(region)
		if !ok {
			return nil, badInput("the program is set up with %q, which is no region of AWS; use one such as %q", region, part.Region)
		}
		if its.Name == part.Name {
			regions = append(regions, region)
		}
	}
	if len(regions) == 0 {
		return nil, badInput(`"oidc.roleArn" is in the partition %q and the program is set up with regions of others only; `+
			`add one such as %q, or use a role of their partition`, part.Name, part.Region)
	}
	return regions, nil
}
