package main

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/escapement-go/escapement/providers/awsclient"
)

// How wrong a clock may be. AWS refuses what is signed more than five minutes off.
const (
	skewNoted   = 2 * time.Minute
	skewRefused = 5 * time.Minute
)

// clock compares the clocks by an answer of STS that needs no login, if the environment has to do with AWS.
func (d *doctor) clock(ctx context.Context) {
	date, err := d.askDate(ctx)
	if err != nil {
		d.add(check{Check: "clock", State: checkSkipped, Text: "not checked, since AWS does not answer: " + err.Error()})
		return
	}
	skew := time.Now().Truncate(time.Second).Sub(date) // a date has whole seconds
	c := check{Check: "clock", State: checkOK, Text: "it agrees with AWS's", Remedy: "set the clock of this machine, and keep it right with NTP"}
	direction := "ahead of"
	if skew < 0 {
		direction = "behind"
	}
	switch {
	case skew.Abs() > skewRefused:
		c.State = checkError
	case skew.Abs() > skewNoted:
		c.State = checkWarning
	default:
		c.Remedy = ""
	}
	if c.State != checkOK {
		c.Text = fmt.Sprintf("the clock of this machine is %v %s AWS's", skew.Abs(), direction)
	}
	d.add(c)
}

// askDate asks STS for nothing, and returns when it answered.
func (d *doctor) askDate(ctx context.Context) (time.Time, error) {
	url := d.g.endpoint("sts")
	if url == "" {
		region := append(d.g.AWSRegion, "us-east-1")[0]
		endpoint, err := sts.NewDefaultEndpointResolverV2().ResolveEndpoint(ctx, sts.EndpointParameters{Region: &region}.WithDefaults())
		if err != nil {
			return time.Time{}, err
		}
		url = endpoint.URI.String()
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, url, nil)
	if err != nil {
		return time.Time{}, err
	}
	answer, err := awsclient.NewHTTPClient(nil, awsclient.CallTimeout).Do(req)
	if err != nil {
		return time.Time{}, err
	}
	answer.Body.Close()
	return http.ParseTime(answer.Header.Get("Date"))
}
