package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/alecthomas/kong"
	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/eval/stores/git"
	"github.com/escapement-go/escapement/eval/stores/s3"
)

// storeFlags say where environments are.
type storeFlags struct {
	Dir   string `help:"Directory of the environments; the working directory where it is left out." env:"ESC_DIR" type:"home" placeholder:"DIR"`
	Store string `help:"Where the environments are instead of in a directory: git:DIR[?commit=true] or s3://BUCKET/PREFIX?region=REGION." env:"ESC_STORE" placeholder:"STORE"`
}

// Validate refuses a store that is none.
func (f *storeFlags) Validate() error {
	if _, err := f.loader(); err != nil {
		return fmt.Errorf("--store: %w", err)
	}
	return nil
}

// BeforeApply has a flag count before the variable of the other one.
func (f *storeFlags) BeforeApply(command *kong.Context) error {
	given := func(name string) bool {
		return slices.ContainsFunc(command.Path, func(part *kong.Path) bool { return part.Flag != nil && part.Flag.Name == name })
	}
	switch dir, store := given("dir"), given("store"); {
	case dir && store:
		return errors.New("--dir and --store are both given")
	case dir:
		f.Store = ""
	case store:
		f.Dir = ""
	}
	return nil
}

// directory is where the environments are if they are in a directory.
func (f *storeFlags) directory() string { return cmp.Or(f.Dir, ".") }

// place is how messages name where the environments are.
func (f *storeFlags) place() string { return cmp.Or(f.Store, f.directory()) }

// file is the file of an environment, whatever links lead to it; the name of the environment if it is not on this machine.
func (f *storeFlags) file(name string) string {
	if dir, ok := f.localDirectory(); ok {
		if file, err := filepath.EvalSymlinks(filepath.Join(dir, filepath.FromSlash(name)+".yaml")); err == nil {
			return file
		}
	}
	return name
}

// noneHint is what to do where there are no environments.
func (f *storeFlags) noneHint() hint {
	how := "esc init"
	if f.Store != "" {
		how = "esc new NAME"
	}
	return hint(fmt.Sprintf("there are no environments in %q; make one with %s", f.place(), how))
}

// localDirectory is where the documents are, if that is on this machine.
func (f *storeFlags) localDirectory() (dir string, ok bool) {
	loader, _ := f.loader()
	if store, isGit := loader.(*git.Store); isGit {
		return cmp.Or(store.Dir, "."), true
	}
	return f.directory(), f.Store == ""
}

// checkDirectory says that there is no directory for the environments, and what to do.
func (f *storeFlags) checkDirectory() error {
	dir, ok := f.localDirectory()
	if !ok {
		return nil
	}
	switch info, err := os.Stat(dir); {
	case errors.Is(err, fs.ErrNotExist):
		err = fmt.Errorf("there is no directory %q", dir)
		if f.Store != "" {
			return errors.Join(err, hint("name another one with --store or in ESC_STORE"))
		}
		return errors.Join(err, hint("name another one with --dir or in ESC_DIR, or make it with esc init "+shellWord(dir)))
	case err == nil && !info.IsDir():
		return errors.Join(fmt.Errorf("%q is not a directory", dir), hint("name one with --dir or in ESC_DIR"))
	}
	return nil
}

// loader returns the store of the environments.
func (f *storeFlags) loader() (eval.Loader, error) {
	kind, rest, _ := strings.Cut(f.Store, ":")
	switch {
	case f.Store == "":
		return eval.Dir(f.directory()), nil
	case kind == "git":
		return gitStore(rest)
	case kind == "s3" && strings.HasPrefix(rest, "//"):
		return s3Store(f.Store)
	}
	return nil, errors.New(`write git:DIR, or s3://BUCKET/PREFIX?region=REGION`)
}

func gitStore(text string) (eval.Loader, error) {
	dir, query, _ := strings.Cut(text, "?")
	options, err := readOptions(query, "commit")
	if err != nil {
		return nil, err
	}
	if dir, err = inHome(dir); err != nil {
		return nil, err
	}
	store := &git.Store{Dir: dir, CommitFailed: func(err error) { fmt.Fprintf(os.Stderr, "warning: %s\n", visible(err.Error())) }}
	if commit := options.Get("commit"); commit != "" {
		if store.Commit, err = strconv.ParseBool(commit); err != nil {
			return nil, errors.New("commit must be true or false")
		}
	}
	return store, nil
}

func s3Store(text string) (eval.Loader, error) {
	u, err := url.Parse(text)
	if err != nil || u.User != nil || u.Fragment != "" || u.Host == "" {
		return nil, errors.New("it is not of the form s3://BUCKET/PREFIX?region=REGION") // and may hold a secret
	}
	options, err := readOptions(u.RawQuery, "region", "endpoint")
	if err != nil {
		return nil, err
	}
	if options.Get("region") == "" {
		return nil, errors.New("the region of the bucket is missing; write s3://BUCKET/PREFIX?region=REGION")
	}
	prefix := strings.Trim(u.Path, "/")
	if prefix != "" {
		prefix += "/"
	}
	return &s3.Store{
		Bucket: u.Host, Prefix: prefix, Region: options.Get("region"), Endpoint: options.Get("endpoint"),
		Credentials: aws.CredentialsProviderFunc(variables),
	}, nil
}

// readOptions reads what follows a question mark.
func readOptions(query string, known ...string) (url.Values, error) {
	options, err := url.ParseQuery(query)
	if err != nil {
		return nil, errors.New("what follows the question mark is not of the form name=value")
	}
	for name, values := range options {
		if !slices.Contains(known, name) || len(values) > 1 {
			return nil, fmt.Errorf("%q is not expected, or more than once; there may be %s", name, strings.Join(known, " and "))
		}
	}
	return options, nil
}

// variables are the credentials of the bucket: those of the environment, and no others.
func variables(context.Context) (aws.Credentials, error) {
	c := aws.Credentials{
		AccessKeyID: os.Getenv("AWS_ACCESS_KEY_ID"), SecretAccessKey: os.Getenv("AWS_SECRET_ACCESS_KEY"), SessionToken: os.Getenv("AWS_SESSION_TOKEN"),
	}
	if !c.HasKeys() {
		return aws.Credentials{}, errors.New("set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and perhaps AWS_SESSION_TOKEN, to credentials for the bucket")
	}
	return c, nil
}
