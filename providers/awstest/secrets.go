package awstest

import (
	"encoding/base64"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// A Secret is what Secrets Manager keeps under a name, in [Options] or for [Simulator.AddSecret]. It prints without its
// value.
type Secret struct {
	Name   string
	Region string // empty means that of the options
	Text   string `json:"-"`
	Binary []byte `json:"-"` // instead of Text

	// KMSKey is the ARN or id of the key of KMS that it is encrypted with: whoever reads it needs kms:Decrypt, whoever
	// writes it kms:GenerateDataKey. Empty means the one that AWS manages, for which nobody needs permission.
	KMSKey string
}

// Format writes the secret without its value, whatever the verb.
func (s Secret) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "secret %s", s.Name) }

// A SecretVersion is one version of a secret. It prints without its value.
type SecretVersion struct {
	ID        string
	Stages    []string // such as AWSCURRENT
	Text      string   `json:"-"`
	Binary    []byte   `json:"-"` // instead of Text
	CreatedAt time.Time
}

// Format writes the version without its value, whatever the verb.
func (v SecretVersion) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "version %s %v of %s", v.ID, v.Stages, v.CreatedAt.Format(time.RFC3339))
}

// A secret is a Secret with all its versions.
type secret struct {
	name, arn, key, description string
	created, changed            time.Time
	gone                        time.Time        // when it will be gone; zero unless it is marked for deletion
	versions                    []*secretVersion // oldest first
}

type secretVersion struct {
	id      string
	text    *string
	binary  []byte
	created time.Time
	stages  []string
}

const (
	stageCurrent  = "AWSCURRENT"
	stagePrevious = "AWSPREVIOUS"
)

var secretNameForm = regexp.MustCompile(`^[A-Za-z0-9/_+=.@-]{1,512}$`)

// AddSecret stores a secret, or a new current version of one that exists. It returns an error if the name is malformed.
func (s *Simulator) AddSecret(made Secret) error {
	if !secretNameForm.MatchString(made.Name) {
		return fmt.Errorf("secret name %q: 1 to 512 letters, digits and any of /_+=.@- are allowed", made.Name)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	kept := s.keptSecret(s.regionOr(made.Region), made.Name)
	if kept == nil {
		kept = s.newSecret(s.regionOr(made.Region), made.Name, made.KMSKey)
	}
	version := &secretVersion{binary: slices.Clone(made.Binary)}
	if made.Binary == nil {
		version.text = &made.Text
	}
	s.addVersion(kept, version, []string{stageCurrent})
	return nil
}

// SecretVersions returns the versions of a secret, oldest first; nil if there is no such secret. The region may be
// given; without one it is that of the options.
func (s *Simulator) SecretVersions(name string, region ...string) []SecretVersion {
	s.mu.Lock()
	defer s.mu.Unlock()
	kept := s.keptSecret(s.regionOr(strings.Join(region, "")), name)
	if kept == nil {
		return nil
	}
	var all []SecretVersion
	for _, v := range kept.versions {
		version := SecretVersion{ID: v.id, Stages: slices.Clone(v.stages), Binary: slices.Clone(v.binary), CreatedAt: v.created}
		if v.text != nil {
			version.Text = *v.text
		}
		all = append(all, version)
	}
	return all
}

// SecretARN returns the ARN of a secret, empty if there is no such secret. The region is as for SecretVersions.
func (s *Simulator) SecretARN(name string, region ...string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if kept := s.keptSecret(s.regionOr(strings.Join(region, "")), name); kept != nil {
		return kept.arn
	}
	return ""
}

func (s *Simulator) regionOr(region string) string {
	if region == "" {
		return s.options.Region
	}
	return region
}

const suffixAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

func (s *Simulator) newSecret(region, name, key string) *secret {
	made := &secret{
		name: name, key: key, created: s.now(), changed: s.now(),
		arn: s.regionalARN(ServiceSecrets, region, "secret:"+name+"-"+s.ids.text(suffixAlphabet, suffixLength)),
	}
	s.stored[regional{region, name}] = made
	return made
}

// keptSecret returns the secret of a name, nil if there is none or the time has come at which it was to be gone.
func (s *Simulator) keptSecret(region, name string) *secret {
	at := regional{region, name}
	kept := s.stored[at]
	if kept != nil && !kept.gone.IsZero() && !s.clock.Now().Before(kept.gone) {
		delete(s.stored, at)
		return nil
	}
	return kept
}

// addVersion adds a version and moves staging labels to it.
func (s *Simulator) addVersion(kept *secret, v *secretVersion, stages []string) {
	if v.id == "" {
		v.id = s.ids.request()
	}
	v.created, kept.changed = s.now(), s.now()
	if v.text == nil {
		s.secrets = append(s.secrets, base64.StdEncoding.EncodeToString(v.binary))
	} else if *v.text != "" {
		s.secrets = append(s.secrets, *v.text)
	}
	kept.versions = append(kept.versions, v)
	for _, stage := range stages {
		kept.move(stage, v)
	}
}

// move attaches a staging label to a version; AWSPREVIOUS follows AWSCURRENT.
func (k *secret) move(stage string, to *secretVersion) {
	from := k.staged(stage)
	if from == to {
		return
	}
	if from != nil {
		from.stages = slices.DeleteFunc(from.stages, func(s string) bool { return s == stage })
	}
	to.stages = append(to.stages, stage)
	if stage == stageCurrent && from != nil {
		k.move(stagePrevious, from)
	}
}

// staged returns the version with a staging label, nil if there is none.
func (k *secret) staged(stage string) *secretVersion {
	for _, v := range k.versions {
		if slices.Contains(v.stages, stage) {
			return v
		}
	}
	return nil
}

// version returns the version with an id, nil if there is none.
func (k *secret) version(id string) *secretVersion {
	for _, v := range k.versions {
		if v.id == id {
			return v
		}
	}
	return nil
}
