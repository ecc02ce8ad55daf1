package awstest

import (
	"fmt"
	"net/http"
	"time"
)

// Options say what a simulated account is like. The zero value is one with two users, admin and app, who have a key
// each and may do everything.
type Options struct {
	// Seed determines every id, secret and token.
	Seed uint64

	// Account is the id of the account; empty means 123456789012. Partition empty means aws.
	Account, Partition string

	// Region is where calls come from that do not say so; empty means us-east-1.
	Region string

	// Clock is the time of the account; nil means a virtual one that starts at Epoch.
	Clock *Clock

	// Users and Roles exist from the start. Nil Users mean admin and app, with a key each.
	Users []User
	Roles []Role

	// Issuers are the registered providers of OpenID Connect.
	Issuers []Issuer

	// Secrets are what Secrets Manager keeps, and Parameters what Parameter Store does.
	Secrets    []Secret
	Parameters []Parameter

	// DisabledRegions are those in which STS is switched off.
	DisabledRegions []string

	// Consistency is how far behind itself IAM is; the zero value never is.
	Consistency

	// Throttle is how often IAM lets the account ask; the zero value does not count.
	Throttle Throttle

	// KeyQuota is how many keys a user may have; zero means two.
	KeyQuota int

	// RacyQuota has the quota checked when a CreateAccessKey arrives and not again when it is carried out, so that
	// simultaneous calls may exceed it.
	RacyQuota bool

	// PageSize is the most that a page of a list holds; zero means 100, or less where AWS has less.
	PageSize int

	// CheckSkew refuses signatures that are more than 15 minutes off the account's clock. Leave it off with a virtual
	// clock unless the code under test signs by it.
	CheckSkew bool

	// Unmodifiable is for how long a login profile cannot be changed after it, or its user, was made again under the
	// name of a deleted one.
	Unmodifiable time.Duration
}

// Consistency is how far IAM is behind itself.
type Consistency struct {
	// Propagation is for how long a new or re-activated key is refused as unknown.
	Propagation time.Duration

	// Flapping is for how long after that each FlappingEvery-th call with the key is refused still. FlappingEvery below
	// two means two.
	Flapping      time.Duration
	FlappingEvery int

	// Lingering is for how long a deleted or deactivated key still works.
	Lingering time.Duration

	// ListLag is how old the keys are that a list shows.
	ListLag time.Duration
}

// A User is an IAM user of [Options]. It prints without its secrets.
type User struct {
	Name     string
	Path     string // empty means /
	Policy   Policy // what it may do; nil means everything
	Keys     []Key  // its keys, oldest first
	Password string `json:"-"` // of its login profile, a secret; empty means that it has none
}

// Format writes the user without its secrets, whatever the verb.
func (u User) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "user %s%s with %d keys", u.Path, u.Name, len(u.Keys))
}

// A Key is an access key. In [Options] each member may be left out. It prints without its secret.
type Key struct {
	ID        string
	Secret    string    `json:"-"`
	Status    string    // Active, Inactive or Expired; empty means Active
	CreatedAt time.Time // zero means now
	LastUsed  time.Time // zero means never
	Deleted   bool      // tells of a key that is no more; ignored in Options
}

// Format writes the key without its secret, whatever the verb.
func (k Key) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "key %s %s of %s", k.ID, k.Status, k.CreatedAt.Format(time.RFC3339))
}

// A Role is an IAM role that web identities may assume.
type Role struct {
	Name   string
	Path   string // empty means /
	Policy Policy // what its sessions may do; nil means everything

	// TrustPolicy is the JSON of its trust policy. It may use what this package documents; anything else is an error.
	TrustPolicy string

	// MaxSessionDuration is the longest session; zero means one hour, as at AWS.
	MaxSessionDuration time.Duration
}

// An Issuer is a provider of OpenID Connect that is registered with the account.
type Issuer struct {
	// URL is its issuer URL, with its scheme.
	URL string

	// ClientIDs are the audiences that it is registered for.
	ClientIDs []string

	// Documents holds what it publishes, by the name below URL: ".well-known/openid-configuration" and whatever that
	// gives as jwks_uri, usually ".well-known/jwks.json". Nil means that they are fetched over HTTP for each token.
	Documents map[string][]byte

	// HTTPClient fetches them; nil means a client with a timeout of five seconds.
	HTTPClient *http.Client
}

func (o Options) withDefaults() Options {
	if o.Account == "" {
		o.Account = "123456789012"
	}
	if o.Partition == "" {
		o.Partition = "aws"
	}
	if o.Region == "" {
		o.Region = "us-east-1"
	}
	if o.Clock == nil {
		o.Clock = NewClock(Epoch)
	}
	if o.Users == nil {
		o.Users = []User{{Name: "admin", Keys: make([]Key, 1)}, {Name: "app", Keys: make([]Key, 1)}}
	}
	if o.KeyQuota <= 0 {
		o.KeyQuota = 2
	}
	if o.PageSize <= 0 {
		o.PageSize = 100
	}
	return o
}
