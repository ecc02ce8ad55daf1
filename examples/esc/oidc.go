package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/escapement-go/escapement/providers/awslogin"
)

type oidcCmd struct {
	Init    oidcInitCmd    `cmd:"" help:"Make an issuer of tokens: a key and a file that describes it."`
	Publish oidcPublishCmd `cmd:"" help:"Write the two files that AWS reads at the issuer's address."`
	Trust   oidcTrustCmd   `cmd:"" help:"Print the trust policy of a role that accepts the issuer's tokens."`
	Token   oidcTokenCmd   `cmd:"" help:"Print a token, to try it out."`
}

// issuerFile names the file that describes an issuer.
type issuerFile struct {
	File string `arg:"" help:"File that describes the issuer."`
}

func (f issuerFile) read() (awslogin.Issuer, error) {
	issuer, err := awslogin.ReadIssuer(f.File)
	if err != nil {
		return issuer, fmt.Errorf("cannot use the issuer: %w", err)
	}
	return issuer, nil
}

type oidcInitCmd struct {
	issuerFile
	URL          string            `required:"" help:"Address of the issuer, such as https://oidc.example.com; it begins with https." placeholder:"URL"`
	Organization string            `required:"" help:"Name that the subjects of tokens begin with." placeholder:"NAME"`
	Audience     string            `help:"Audience of the tokens; aws:ORGANIZATION where it is left out." placeholder:"NAME"`
	Attribute    map[string]string `help:"Value of an attribute of subjects, such as pulumi.user.login=ada." placeholder:"NAME=VALUE"`
}

func (c *oidcInitCmd) Help() string {
	return `Makes a key and writes it with what describes the issuer to a new file that only you can read. Whoever has the file can log
in to every role that trusts the issuer. One that exists is never touched.

    esc oidc init ~/oidc.json --url https://oidc.example.com --organization acme`
}

func (c *oidcInitCmd) Run() error {
	issuer, err := awslogin.CreateIssuer(c.File, awslogin.Issuer{
		URL: c.URL, Organization: c.Organization, Audience: c.Audience, Attributes: c.Attribute,
	})
	switch {
	case errors.Is(err, fs.ErrExist):
		return fmt.Errorf("%q exists and stays as it is; choose another name", c.File)
	case err != nil:
		return fmt.Errorf("cannot make the issuer: %w", err)
	}
	fmt.Fprintf(os.Stderr, `wrote the issuer of %s to %q

Next:
  esc oidc publish %[2]s DIRECTORY         and serve the directory at %[1]s
  in AWS, add an OpenID Connect provider   with that address and the audience %[3]q
  esc oidc trust %[2]s --account ACCOUNT   and give a role the trust policy that this prints
  esc --token-source issuer:%[2]s open ENVIRONMENT
`, issuer.URL, c.File, audience(issuer))
	return nil
}

// audience is the audience of an issuer's tokens.
func audience(issuer awslogin.Issuer) string {
	if issuer.Audience != "" {
		return issuer.Audience
	}
	return "aws:" + issuer.Organization
}

type oidcPublishCmd struct {
	issuerFile
	Directory string `arg:"" help:"Directory to write to, which a web server serves at the issuer's address."`
}

func (c *oidcPublishCmd) Help() string {
	return `Writes .well-known/openid-configuration and .well-known/jwks.json. They hold nothing secret. Any web server with a public
certificate will do, or a bucket behind one.

    esc oidc publish ~/oidc.json public`
}

func (c *oidcPublishCmd) Run() error {
	issuer, err := c.read()
	if err != nil {
		return err
	}
	return issuer.Publish(c.Directory)
}

type oidcTrustCmd struct {
	issuerFile
	Account   string   `required:"" help:"Number of the AWS account, of 12 digits." placeholder:"ACCOUNT"`
	Partition string   `help:"Partition of the account." default:"aws"`
	Envs      []string `arg:"" optional:"" name:"env" help:"Environments that may assume the role, such as aws/login; * stands for any text. All where they are left out."`
}

func (c *oidcTrustCmd) Help() string {
	return `IAM takes the policy as it is printed. With no ENV, every environment may assume the role.

    esc oidc trust ~/oidc.json --account 012345678912 aws/login
    esc oidc trust ~/oidc.json --account 012345678912 'myapp/*'`
}

func (c *oidcTrustCmd) Run() error {
	issuer, err := c.read()
	if err != nil {
		return err
	}
	envs := c.Envs
	if len(envs) == 0 {
		envs = []string{"*"}
	}
	var subjects []string
	for _, env := range envs {
		subjects = append(subjects, "pulumi:environments:org:"+issuer.Organization+":env:"+env)
	}
	policy, err := issuer.TrustPolicy(c.Partition, c.Account, subjects...)
	if err != nil {
		return err
	}
	_, err = os.Stdout.Write(policy)
	return err
}

type oidcTokenCmd struct {
	issuerFile
	Env       string   `arg:"" help:"Environment that the token is for, such as aws/login."`
	Root      string   `help:"Environment that is opened; the same where it is left out." placeholder:"ENV"`
	Attribute []string `help:"Attribute of the subject, as subjectAttributes lists them." placeholder:"NAME"`
}

func (c *oidcTokenCmd) Help() string {
	return `The token is a secret as long as it lasts, which is ten minutes.

    esc oidc token ~/oidc.json aws/login`
}

func (c *oidcTokenCmd) Run(ctx context.Context) error {
	issuer, err := c.read()
	if err != nil {
		return err
	}
	req := awslogin.TokenRequest{Environment: c.Env, Root: c.Env, SubjectAttributes: c.Attribute}
	if c.Root != "" {
		req.Root = c.Root
	}
	token, err := issuer.Token(ctx, req)
	if err != nil {
		return err
	}
	fmt.Println(token.Text.Reveal())
	return nil
}
