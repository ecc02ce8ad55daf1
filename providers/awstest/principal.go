package awstest

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// A caller is who signed a call: a user or a session of a role. Nobody signed one whose key and session are both nil.
type caller struct {
	key     *key
	session *session
	sim     *Simulator
}

// A session is what AssumeRoleWithWebIdentity makes.
type session struct {
	id, secret, token string
	name              string
	role              *role
	expires           time.Time
}

func (w caller) arn() string {
	switch {
	case w.key != nil:
		return w.key.user.arn
	case w.session != nil:
		return w.sim.arn("sts", "assumed-role/"+w.session.role.Name+"/"+w.session.name)
	}
	return ""
}

func (w caller) userID() string {
	if w.key != nil {
		return w.key.user.id
	}
	return w.session.role.id + ":" + w.session.name
}

func (w caller) policy() Policy {
	if w.key != nil {
		return w.key.user.policy
	}
	return w.session.role.Policy
}

// userName is the name of the calling user, empty if it is none.
func (w caller) userName() string {
	if w.key != nil {
		return w.key.user.name
	}
	return ""
}

// claimed returns whom an access key id stands for, without any proof.
func (s *Simulator) claimed(id string) caller {
	return caller{key: s.keys[id], session: s.sessions[id], sim: s}
}

const (
	invalidToken = "The security token included in the request is invalid."
	badSignature = "The request signature we calculated does not match the signature you provided. " +
		"Check your AWS Secret Access Key and signing method. Consult the service documentation for details."
)

// authenticate checks the key of a call, and the proof that its secret is known, and records the use of the key.
func (s *Simulator) authenticate(c *call) error {
	w, now := c.caller, s.clock.Now()
	switch {
	case c.Signer == "":
		return refuse("MissingAuthenticationToken", "Request is missing Authentication Token")
	case w.key != nil:
		if !w.key.works(now, s.options.Consistency) || c.proof.token != "" {
			return refuse("InvalidClientTokenId", invalidToken)
		}
		if err := c.proof.check(aws.Credentials{AccessKeyID: w.key.id, SecretAccessKey: w.key.secret}); err != nil {
			return err
		}
		w.key.use(now, c.Service, c.region)
	case w.session != nil:
		if c.proof.token != w.session.token {
			return refuse("InvalidClientTokenId", invalidToken)
		}
		creds := aws.Credentials{AccessKeyID: w.session.id, SecretAccessKey: w.session.secret, SessionToken: w.session.token}
		if err := c.proof.check(creds); err != nil {
			return err
		}
		if !now.Before(w.session.expires) {
			return refuse("ExpiredToken", "The security token included in the request is expired")
		}
	default:
		return refuse("InvalidClientTokenId", invalidToken)
	}
	return nil
}

// A proof is how a call shows that it knows the secret of its key: by a signature, or for a direct call by the secret.
type proof struct {
	token string // session token as sent
	check func(aws.Credentials) error
}
