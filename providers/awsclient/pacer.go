package awsclient

import (
	"context"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// A Pacer keeps the calls of all who share it as far apart as the service wants. It does nothing until a call is
// throttled. From then on calls are sent one by one, at a rate that falls to its half when one is throttled again, and that
// grows slowly otherwise: at first up to near the rate that was too much, and then hardly, so that few calls meet the
// limit. The zero value is ready to use; nil keeps nothing apart. It is safe for concurrent use.
type Pacer struct {
	mu      sync.Mutex
	rate    float64   // calls a second; zero: as many as one likes
	tooMuch float64   // the rate at which a call was last throttled; zero: not known
	cut     time.Time // when the rate last fell
	next    time.Time // when the next call may be sent
}

const (
	firstRate  = 4.0 // calls a second after the first throttling
	leastRate  = 1.0 // so that a call of one of many is sent before its time-out
	growth     = 0.5 // of the rate each second
	slowGrowth = 0.01
	nearLimit  = 0.8         // from this part of the rate that was too much on it grows slowly
	oneCut     = time.Second // throttled calls of so long were sent at one rate
)

// Retryer returns a retryer that is like r and sends each try at the pace. Waiting ends with the context of the call.
func (p *Pacer) Retryer(r aws.Retryer, clock Clock) aws.Retryer {
	if p == nil {
		return r
	}
	return pacedRetryer{r, p, clock}
}

type pacedRetryer struct {
	aws.Retryer
	pacer *Pacer
	clock Clock
}

// GetAttemptToken is called by the SDK before each try; what it returns is called with the outcome.
func (r pacedRetryer) GetAttemptToken(ctx context.Context) (func(error) error, error) {
	if wait := r.pacer.turn(r.clock.Now()); wait > 0 {
		if err := r.clock.Sleep(ctx, wait); err != nil {
			return nil, err
		}
	}
	release := r.GetInitialToken()
	return func(err error) error {
		r.pacer.answered(err, r.clock.Now())
		return release(err)
	}, nil
}

// turn returns how long the next call has to wait.
func (p *Pacer) turn(now time.Time) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.rate == 0 {
		return 0
	}
	at := now
	if p.next.After(now) {
		at = p.next
	}
	p.next = at.Add(p.gap())
	return at.Sub(now)
}

func (p *Pacer) gap() time.Duration { return time.Duration(float64(time.Second) / p.rate) }

// answered learns from what became of a call.
func (p *Pacer) answered(err error, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch throttled := err != nil && Classify("", err, nil).Throttled(); {
	case !throttled && p.rate > 0 && p.rate < nearLimit*p.tooMuch:
		p.rate += growth / p.rate
	case !throttled && p.rate > 0:
		p.rate += slowGrowth / p.rate
	case throttled && p.rate == 0:
		p.rate, p.tooMuch, p.cut, p.next = firstRate, 2*firstRate, now, now.Add(time.Second)
	case throttled && now.Sub(p.cut) >= oneCut:
		p.tooMuch, p.rate, p.cut = p.rate, max(p.rate/2, leastRate), now
	}
}
