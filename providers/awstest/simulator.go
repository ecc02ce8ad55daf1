package awstest

import (
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

// A TB is the part of [testing.TB] that the simulator uses.
type TB interface {
	Helper()
	Cleanup(func())
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// A Simulator is one AWS account: its IAM, its STS, its Secrets Manager and its Parameter Store. It is safe for
// concurrent use.
type Simulator struct {
	t       TB
	options Options
	clock   *Clock

	mu       sync.Mutex
	ids      *ids
	users    map[string]*user // by name in lower case
	keys     map[string]*key  // by access key id, deleted ones too
	sessions map[string]*session
	roles    map[string]*role // by ARN
	issuers  map[string]*issuer
	former   map[string]bool // names of deleted users in lower case
	policy   *types.PasswordPolicy
	bucket   bucket
	stored   map[regional]*secret
	secrets  []string // all texts that are secret

	parameters map[regional]*parameter

	calls         []Call
	rules         []*activeRule
	before, after []func(Call)
	watches       []*Watch          // that judge every run
	watching      map[*Run][]*Watch // that judge only some
	unreported    []report
	runs          int
	run           *Run // what Simulator.HTTPClient and the like belong to
	tickets       map[string]*ticket
	nextTicket    int

	serve  sync.Once
	server *httptest.Server
	done   chan struct{} // closed when the server stops
}

// New returns a simulated account for a test, which fails if the options are wrong, an invariant that is watched is
// violated, or a crashed run acts. Its server starts when the first client over HTTP is asked for and stops with the test.
func New(t TB, o Options) *Simulator {
	t.Helper()
	s, err := Simulate(o)
	if err != nil {
		t.Fatalf("awstest: %v", err)
		return nil
	}
	s.t = t
	return s
}

// Simulate returns a simulated account that belongs to no test. As an [net/http.Handler] it can be served anywhere, with
// each service at a path of its name, see [Simulator.ServeHTTP]. Close it if it was asked for a client over HTTP.
func Simulate(o Options) (*Simulator, error) {
	o = o.withDefaults()
	s := &Simulator{
		options:  o,
		clock:    o.Clock,
		ids:      newIDs(o.Seed),
		users:    map[string]*user{},
		keys:     map[string]*key{},
		sessions: map[string]*session{},
		roles:    map[string]*role{},
		issuers:  map[string]*issuer{},
		former:   map[string]bool{},
		stored:   map[regional]*secret{},

		parameters: map[regional]*parameter{},
		tickets:    map[string]*ticket{},
		done:       make(chan struct{}),
	}
	s.run = &Run{sim: s, after: -1}
	for _, u := range o.Users {
		if err := s.AddUser(u); err != nil {
			return nil, err
		}
	}
	for _, r := range o.Roles {
		if err := s.AddRole(r); err != nil {
			return nil, err
		}
	}
	for _, i := range o.Issuers {
		if err := s.AddIssuer(i); err != nil {
			return nil, err
		}
	}
	for _, secret := range o.Secrets {
		if err := s.AddSecret(secret); err != nil {
			return nil, err
		}
	}
	for _, p := range o.Parameters {
		if err := s.AddParameter(p); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// Close stops the server, if one was started.
func (s *Simulator) Close() {
	s.mu.Lock()
	select {
	case <-s.done:
	default:
		close(s.done)
	}
	server := s.server
	s.mu.Unlock()
	if server != nil {
		server.Close()
	}
}

// Clock returns the time of the account.
func (s *Simulator) Clock() *Clock { return s.clock }

// Account returns the id of the account.
func (s *Simulator) Account() string { return s.options.Account }

// Secrets returns every secret, session token and password that the account has ever held, so that a test can search
// what it printed for them.
func (s *Simulator) Secrets() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.secrets)
}

// SetConsistency changes how far IAM is behind itself.
func (s *Simulator) SetConsistency(c Consistency) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.options.Consistency = c
}

// DisableRegion switches STS off in a region.
func (s *Simulator) DisableRegion(region string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.options.DisabledRegions = append(slices.Clip(s.options.DisabledRegions), region)
}

func (s *Simulator) arn(service, resource string) string {
	return fmt.Sprintf("arn:%s:%s::%s:%s", s.options.Partition, service, s.options.Account, resource)
}

// now is the time as AWS writes it: in whole seconds.
func (s *Simulator) now() time.Time { return s.clock.Now().Truncate(time.Second) }

func (s *Simulator) user(name string) *user { return s.users[strings.ToLower(name)] }
