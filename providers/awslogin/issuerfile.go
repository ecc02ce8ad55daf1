package awslogin

import (
	"bytes"
	"crypto"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// An issuerFile is the description of an issuer in a file.
type issuerFile struct {
	URL          string            `json:"url"`
	Organization string            `json:"organization"`
	Audience     string            `json:"audience,omitempty"`
	Attributes   map[string]string `json:"attributes,omitempty"`
	Key          string            `json:"key"` // in PEM, or the path of a file that holds it
}

const (
	maxIssuerFile = 64 << 10 // bytes
	beginPEM      = "-----BEGIN "
)

// CreateIssuer writes the description of an issuer to a new file that only its owner can read, and returns the issuer.
// Without a Key it makes one, see [NewKey]. The file holds the private key; one that exists already is left alone, and
// the error then matches [fs.ErrExist].
//
// The description is JSON with the members url, organization, key and, unless they are empty, audience and attributes.
func CreateIssuer(path string, i Issuer) (Issuer, error) {
	if err := i.checkNames(); err != nil {
		return Issuer{}, err
	}
	if i.Key == nil {
		key, err := NewKey()
		if err != nil {
			return Issuer{}, issuerError("gets no key: %v", err)
		}
		i.Key = key
	}
	if _, err := i.check(); err != nil {
		return Issuer{}, err
	}
	key, err := formatKey(i.Key)
	if err != nil {
		return Issuer{}, err
	}
	text, err := indented(issuerFile{i.URL, i.Organization, i.Audience, i.Attributes, string(key)})
	if err != nil {
		return Issuer{}, err
	}
	if err := createFile(path, text); err != nil {
		return Issuer{}, fmt.Errorf("cannot write the description of an issuer: %w; choose a new file", err)
	}
	return i, nil
}

// createFile leaves nothing behind if it fails.
func createFile(path string, content []byte) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	if err == nil {
		err = file.Sync()
	}
	if closing := file.Close(); err == nil {
		err = closing
	}
	if err != nil {
		os.Remove(path)
	}
	return err
}

// ReadIssuer reads the description of an issuer, as [CreateIssuer] writes it. The member key may also be the path of a
// file with the key in PEM, relative to the description. A file that holds the key is refused if others than its owner
// can read or write it, but for the group that reads a file of root's (not on Windows). No error holds anything of a key.
func ReadIssuer(path string) (Issuer, error) {
	text, err := readPrivate(path, fmt.Sprintf("the issuer %q", path))
	if err != nil {
		return Issuer{}, err
	}
	var file issuerFile
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if d.Decode(&file) != nil || d.Decode(new(any)) != io.EOF {
		return Issuer{}, fmt.Errorf("%q is no description of an issuer; it is a JSON object with the strings "+
			`"url", "organization" and "key" and, if needed, "audience" and the object "attributes"`, path)
	}
	key, err := file.readKey(filepath.Dir(path))
	if err != nil {
		return Issuer{}, err
	}
	i := Issuer{URL: file.URL, Organization: file.Organization, Audience: file.Audience, Attributes: file.Attributes, Key: key}
	if _, err := i.check(); err != nil {
		return Issuer{}, err
	}
	return i, nil
}

// readKey reads the key in the description, which is in dir, or in the file that it names.
func (f issuerFile) readKey(dir string) (crypto.Signer, error) {
	if strings.HasPrefix(strings.TrimSpace(f.Key), beginPEM) {
		return ParseKey([]byte(f.Key))
	}
	if f.Key == "" || strings.ContainsAny(f.Key, "\n\x00") {
		return nil, issuerError("has no key; write it in PEM, or the path of its file")
	}
	path := f.Key
	if !filepath.IsAbs(path) {
		path = filepath.Join(dir, path)
	}
	text, err := readPrivate(path, "the key of the issuer")
	if err != nil {
		return nil, err
	}
	return ParseKey(text)
}

// readPrivate reads a file that nobody but its owner can read. Errors call it what, and do not show the path: that of a key
// may be a key that somebody wrote in another form.
func readPrivate(path, what string) ([]byte, error) {
	info, err := os.Stat(path) // before it is opened, since that waits for the writer of a pipe
	if err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("cannot read %s: it is no regular file; name one", what)
	}
	file, err := os.Open(path)
	if err != nil {
		if e := (*os.PathError)(nil); errors.As(err, &e) {
			err = e.Err
		}
		return nil, fmt.Errorf("cannot read %s: %w; check the path and who may read it", what, err)
	}
	defer file.Close()
	if info, err = file.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, fmt.Errorf("cannot read %s: it is no regular file; name one", what)
	}
	if !isPrivate(info, os.Geteuid()) {
		return nil, fmt.Errorf(`%s can be read by others than its owner (mode %04o); run "chmod 600" on it, `+
			"and make a new key if somebody may have read this one", what, info.Mode().Perm())
	}
	text, err := io.ReadAll(io.LimitReader(file, maxIssuerFile+1))
	if err != nil || len(text) > maxIssuerFile {
		return nil, fmt.Errorf("cannot read %s: it cannot be read whole, or has more than %d bytes; name another", what, maxIssuerFile)
	}
	return text, nil
}
