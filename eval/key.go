package eval

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// A Key is what a [KeyRing] encrypts with: an id, which stands in every ciphertext, and 32 secret bytes. It prints as its
// id in every form: fmt, slog, JSON, YAML. The zero Key is none.
type Key struct {
	id       string
	material func() [32]byte // a function, since printers that do not call methods look into anything else
}

// NewKey makes a random key. The id is 1 to 64 characters of "A-Z a-z 0-9 . _ -"; an empty one stands for a random id.
func NewKey(id string) (Key, error) {
	if id == "" {
		id = strings.ToLower(rand.Text()[:10])
	}
	if !validKeyID(id) {
		return Key{}, errKeyID
	}
	var material [32]byte
	rand.Read(material[:])
	return makeKey(id, material), nil
}

func makeKey(id string, material [32]byte) Key {
	return Key{id, func() [32]byte { return material }}
}

var errKeyID = errors.New(`a key id has 1 to 64 characters of "A-Z a-z 0-9 . _ -"`)

func validKeyID(id string) bool {
	foreign := func(c rune) bool {
		return !('A' <= c && c <= 'Z' || 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || strings.ContainsRune("._-", c))
	}
	return id != "" && len(id) <= 64 && !strings.ContainsFunc(id, foreign)
}

// ID returns the id of the key.
func (k Key) ID() string { return k.id }

func (k Key) isZero() bool { return k.material == nil }

// String returns "[key ID]".
func (k Key) String() string { return "[key " + k.id + "]" }

// Format writes what String returns, whatever the verb.
func (k Key) Format(f fmt.State, _ rune) { fmt.Fprint(f, k.String()) }

// GoString returns what String returns.
func (k Key) GoString() string { return k.String() }

// LogValue returns what String returns.
func (k Key) LogValue() slog.Value { return slog.StringValue(k.String()) }

// MarshalText returns what String returns, for JSON, YAML and others. A key is written by [WriteKeyFile] alone.
func (k Key) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// A key file has one key per line; empty lines and those that begin with "#" are skipped:
//
//	escapement-key-1 ID BASE64
const (
	keyVersions    = "escapement-key-"
	keyPrefix      = keyVersions + "1"
	maxKeyFileSize = 64 << 10
)

var keyEncoding = base64.StdEncoding.Strict()

// ParseKeys reads the text of a key file, such as a build system may hold in a variable. There is at least one key. Errors
// name the line and quote nothing of it.
func ParseKeys(text []byte) (KeyRing, error) {
	var ring KeyRing
	number := 0
	for line := range strings.Lines(string(text)) {
		number++
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		key, err := parseKey(line)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", number, err)
		}
		ring = append(ring, key)
	}
	if len(ring) == 0 {
		return nil, errors.New("there is no key in it")
	}
	return ring, nil
}

func parseKey(line string) (Key, error) {
	fields := strings.Fields(line)
	switch {
	case fields[0] != keyPrefix && strings.HasPrefix(fields[0], keyVersions):
		return Key{}, fmt.Errorf("the key has another version than %q", keyPrefix)
	case fields[0] != keyPrefix || len(fields) != 3:
		return Key{}, fmt.Errorf("a key is written as \"%s ID BASE64\"", keyPrefix)
	case !validKeyID(fields[1]):
		return Key{}, errKeyID
	}
	material, err := keyEncoding.DecodeString(fields[2])
	if err != nil || len(material) != 32 {
		return Key{}, errors.New("the key is not the base64 of 32 bytes")
	}
	return makeKey(fields[1], [32]byte(material)), nil
}

// ReadKeyFile reads a key file. It must be a regular file of at most 64 KiB, or a symbolic link to one, that nobody but its
// owner may read or write; one of root's may be read by its group, too, since that is how a service gets it. On Windows,
// permissions are not looked at.
func ReadKeyFile(path string) (KeyRing, error) {
	text, err := readPrivate(path)
	if err != nil {
		return nil, fileError(path, err)
	}
	ring, err := ParseKeys(text)
	if err != nil {
		return nil, fileError(path, err)
	}
	return ring, nil
}

func readPrivate(path string) ([]byte, error) {
	// Asked before opening, since opening a pipe waits for a writer, and opening a device may do anything.
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if err := checkRegular(info); err != nil {
		return nil, err
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	// Asked again of the file that is read, which another may have become in between.
	if info, err = f.Stat(); err != nil {
		return nil, err
	}
	if !isPrivate(info, os.Geteuid()) {
		return nil, fmt.Errorf("others than the owner may read or write it (mode %04o); make it private with chmod 600", info.Mode().Perm())
	}
	return readAtMost(f, maxKeyFileSize)
}

// WriteKeyFile writes a ring of at least one key to a new file that only its owner can read and write, and flushes it to the
// disk. A file that exists is never touched; the error then matches fs.ErrExist. Whoever loses all copies of a key loses
// what it encrypted.
func WriteKeyFile(path string, ring KeyRing) error {
	text, err := ring.text(time.Now())
	if err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fileError(path, err)
	}
	_, err = f.Write(text)
	if err == nil {
		err = f.Sync()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = syncDirectory(filepath.Dir(path))
	}
	if err != nil {
		os.Remove(path)
		return fileError(path, err)
	}
	return nil
}

func (r KeyRing) text(now time.Time) ([]byte, error) {
	if len(r) == 0 {
		return nil, errors.New("the key ring has no key to write")
	}
	text := fmt.Appendf(nil, "# keep secret, and keep a copy; the first key encrypts\n# created: %s\n", now.UTC().Format(time.RFC3339))
	for i, key := range r {
		if key.isZero() {
			return nil, fmt.Errorf("key %d of the ring is the zero Key", i+1)
		}
		material := key.material()
		text = fmt.Appendf(text, "%s %s %s\n", keyPrefix, key.id, keyEncoding.EncodeToString(material[:]))
	}
	return text, nil
}

// syncDirectory makes new names in a directory durable, where the system can.
func syncDirectory(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	defer d.Close()
	return syncNames(d)
}

// syncNames is syncDirectory for a directory that is open.
func syncNames(d *os.File) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	if err := d.Sync(); err != nil && !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, syscall.EINVAL) {
		return err
	}
	return nil
}
