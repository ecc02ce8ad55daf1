package eval_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/escapement-go/escapement/eval"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// The base64 of 32 bytes that read "canary-canary-canary-canary-cana", and forms in which they could leak.
const canaryKey = "Y2FuYXJ5LWNhbmFyeS1jYW5hcnktY2FuYXJ5LWNhbmE="

func checkNoCanary(t *testing.T, text string) {
	t.Helper()
	for _, part := range []string{"canary", "Y2Fu", "5LWNhb", "63616e617279", "63616E617279", "99 97 110", "0x63, 0x61"} {
		if strings.Contains(text, part) {
			t.Errorf("%q shows a part of a key", text)
		}
	}
}

func mustParseKeys(t testing.TB, text string) eval.KeyRing {
	t.Helper()
	ring, err := eval.ParseKeys([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

func keyIDs(ring eval.KeyRing) (ids []string) {
	for _, key := range ring {
		ids = append(ids, key.ID())
	}
	return ids
}

func TestNewKey(t *testing.T) {
	for _, id := range []string{"k", "2026-11.prod_A", strings.Repeat("x", 64)} {
		if key := mustKey(t, id); key.ID() != id {
			t.Errorf("NewKey(%q) has id %q", id, key.ID())
		}
	}
	if one, two := mustKey(t, ""), mustKey(t, ""); one.ID() == two.ID() || len(one.ID()) != 10 {
		t.Errorf("random ids %q and %q", one.ID(), two.ID())
	}
	for _, id := range []string{" ", "a b", "a/b", "é", "k\n", "\xff", "#", strings.Repeat("x", 65)} {
		if key, err := eval.NewKey(id); err == nil || key.ID() != "" {
			t.Errorf("NewKey(%q) = %v, %v, want an error", id, key, err)
		}
	}
}

func TestKeyPrintsNothing(t *testing.T) {
	key := mustParseKeys(t, "escapement-key-1 k1 "+canaryKey)[0]
	ring := eval.KeyRing{key}
	type exported struct{ Key eval.Key }
	type hidden struct {
		key  eval.Key
		ring eval.KeyRing
	}
	values := []any{key, &key, ring, &ring, exported{key}, &exported{key}, hidden{key, ring}, &hidden{key, ring}, map[string]any{"k": key}, fmt.Errorf("x: %v", key)}
	verbs := []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "% x", "%d", "%t", "%08.3f", "%p"}

	var logs bytes.Buffer
	loggers := []*slog.Logger{slog.New(slog.NewTextHandler(&logs, nil)), slog.New(slog.NewJSONHandler(&logs, nil))}
	for _, value := range values {
		for _, verb := range verbs {
			checkNoCanary(t, fmt.Sprintf(verb, value))
		}
		data, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		checkNoCanary(t, string(data))
		for _, logger := range loggers {
			logger.InfoContext(context.Background(), "m", "value", value)
		}
	}
	checkNoCanary(t, logs.String())

	for _, got := range []string{key.String(), key.GoString(), key.LogValue().String(), fmt.Sprintf("%#v", key), fmt.Sprintf("%x", key)} {
		if got != "[key k1]" {
			t.Errorf("a key prints as %q", got)
		}
	}
	if data, err := json.Marshal(ring); err != nil || string(data) != `["[key k1]"]` {
		t.Errorf("json.Marshal = %s, %v", data, err)
	}
}

func TestParseKeys(t *testing.T) {
	second := strings.Replace(canaryKey, "Y2", "Z2", 1)
	for _, test := range []struct {
		name, text string
		want       []string
	}{
		{"one", "escapement-key-1 k1 " + canaryKey, []string{"k1"}},
		{"two, in order", "escapement-key-1 k2 " + canaryKey + "\nescapement-key-1 k1 " + second + "\n", []string{"k2", "k1"}},
		{"comments and empty lines", "# a\n\n  # b\n \t\nescapement-key-1 k1 " + canaryKey + "\n#escapement-key-1 k2 " + canaryKey, []string{"k1"}},
		{"other line ends and spaces", "# a\r\n\tescapement-key-1  k1\t" + canaryKey + " \r\n", []string{"k1"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, keyIDs(mustParseKeys(t, test.text))); diff != "" {
				t.Errorf("ids (-want +got):\n%s", diff)
			}
		})
	}
}

func TestParseKeysErrors(t *testing.T) {
	const (
		shape    = `a key is written as "escapement-key-1 ID BASE64"`
		id       = `a key id has 1 to 64 characters of "A-Z a-z 0-9 . _ -"`
		material = "the key is not the base64 of 32 bytes"
	)
	for _, test := range []struct{ name, text, want string }{
		{"empty", "", "there is no key in it"},
		{"comment", "# escapement-key-1 k1 " + canaryKey + "\n", "there is no key in it"},
		{"bare key", "\n# a\n" + canaryKey, "line 3: " + shape},
		{"no id", "escapement-key-1 " + canaryKey, "line 1: " + shape},
		{"prefix alone", "escapement-key-1", "line 1: " + shape},
		{"words behind", "escapement-key-1 k1 " + canaryKey + " # mine", "line 1: " + shape},
		{"two on a line", "escapement-key-1 k1 " + canaryKey + " escapement-key-1 k2 " + canaryKey, "line 1: " + shape},
		{"age", "AGE-SECRET-KEY-1CANARYCANARY", "line 1: " + shape},
		{"newer", "escapement-key-2 k1 " + canaryKey, `line 1: the key has another version than "escapement-key-1"`},
		{"swapped", "escapement-key-1 " + canaryKey + " k1", "line 1: " + id},
		{"long id", "escapement-key-1 " + strings.Repeat("canary", 11) + " " + canaryKey, "line 1: " + id},
		{"31 bytes", "escapement-key-1 k1 Y2FuYXJ5LWNhbmFyeS1jYW5hcnktY2FuYXJ5LWNhbg==", "line 1: " + material},
		{"33 bytes", "escapement-key-1 k1 Y2FuYXJ5LWNhbmFyeS1jYW5hcnktY2FuYXJ5LWNhbmFy", "line 1: " + material},
		{"no padding", "escapement-key-1 k1 " + strings.TrimSuffix(canaryKey, "="), "line 1: " + material},
		{"cut", "escapement-key-1 k1 " + canaryKey + "\nescapement-key-1 k2 " + canaryKey[:20], "line 2: " + material},
		{"binary", "\x00\xff\xfe", "line 1: " + shape},
	} {
		t.Run(test.name, func(t *testing.T) {
			ring, err := eval.ParseKeys([]byte(test.text))
			if err == nil {
				t.Fatalf("ParseKeys = %v, want error %q", ring, test.want)
			}
			if diff := cmp.Diff(test.want, err.Error()); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
			checkNoCanary(t, fmt.Sprintf("%v %+v %#v %v", err, err, err, ring))
		})
	}
}

func TestKeyFileRoundTrip(t *testing.T) {
	dir := t.TempDir()
	n := 0
	rapid.Check(t, func(t *rapid.T) {
		var ring eval.KeyRing
		for _, id := range rapid.SliceOfN(rapid.StringMatching(`[A-Za-z0-9._-]{1,64}`), 1, 5).Draw(t, "ids") {
			key, err := eval.NewKey(id)
			if err != nil {
				t.Fatal(err)
			}
			ring = append(ring, key)
		}
		n++
		path := filepath.Join(dir, fmt.Sprint(n))
		if err := eval.WriteKeyFile(path, ring); err != nil {
			t.Fatal(err)
		}
		read, err := eval.ReadKeyFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(keyIDs(ring), keyIDs(read)); diff != "" {
			t.Fatalf("ids (-want +got):\n%s", diff)
		}
		for i := range ring {
			ciphertext, err := ring[i:].Encrypt(t.Context(), "e", []byte("s"))
			if err != nil {
				t.Fatal(err)
			}
			if got, err := read[i:i+1].Decrypt(t.Context(), "e", ciphertext); err != nil || string(got) != "s" {
				t.Fatalf("key %d of the file: %q, %v", i, got, err)
			}
		}
	})
}

func TestWriteKeyFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "keys.txt")
	if err := eval.WriteKeyFile(path, mustParseKeys(t, "escapement-key-1 k1 "+canaryKey)); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(text), "\n")
	if len(lines) != 4 || !strings.HasPrefix(lines[1], "# created: 20") || lines[2] != "escapement-key-1 k1 "+canaryKey+"\n" || lines[3] != "" {
		t.Errorf("the file has the lines %q", lines)
	}
	if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode() != 0o600 {
		t.Errorf("the file has mode %v, %v, want 0600", info.Mode(), err)
	}

	// Nothing that has a name is touched: a file, a directory, a link to nothing.
	target := filepath.Join(dir, "target")
	if err := os.Symlink(target, filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"keys.txt", ".", "link"} {
		err := eval.WriteKeyFile(filepath.Join(dir, name), eval.KeyRing{mustKey(t, "k2")})
		if !errors.Is(err, fs.ErrExist) {
			t.Errorf("WriteKeyFile over %q: %v, want fs.ErrExist", name, err)
		}
	}
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(after, text) {
		t.Errorf("the file now has %q, %v", after, err)
	}
	if _, err := os.Lstat(target); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a link was followed: %v", err)
	}

	// What cannot be read back is not written.
	for _, ring := range []eval.KeyRing{nil, {}, {mustKey(t, "k1"), eval.Key{}}} {
		path := filepath.Join(dir, "none")
		if err := eval.WriteKeyFile(path, ring); err == nil {
			t.Errorf("WriteKeyFile of %v succeeds", ring)
		}
		if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("WriteKeyFile of %v left a file: %v", ring, err)
		}
	}
	if err := eval.WriteKeyFile(filepath.Join(dir, "no", "keys.txt"), eval.KeyRing{mustKey(t, "k1")}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("WriteKeyFile in a missing directory: %v", err)
	}
}

func TestReadKeyFileErrors(t *testing.T) {
	t.Chdir(t.TempDir())
	write := func(name, text string) {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	key := "escapement-key-1 k1 " + canaryKey + "\n"
	write("empty", "")
	write("malformed", "# a\n"+canaryKey+"\n")
	write("large", key+strings.Repeat("#\n", 32<<10))
	write("full", key+strings.Repeat("#", 64<<10-len(key)))
	if err := os.Mkdir("directory", 0o700); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		path, want string
		is         error
	}{
		{"missing", `"missing": no such file or directory`, fs.ErrNotExist},
		{"directory", `"directory": is a directory and not a file`, nil},
		{"empty", `"empty": there is no key in it`, nil},
		{"malformed", `"malformed": line 2: a key is written as "escapement-key-1 ID BASE64"`, nil},
		{"large", `"large": has more than 65536 bytes`, nil},
	} {
		t.Run(test.path, func(t *testing.T) {
			ring, err := eval.ReadKeyFile(test.path)
			if err == nil {
				t.Fatalf("ReadKeyFile = %v, want error %q", ring, test.want)
			}
			if diff := cmp.Diff(test.want, err.Error()); diff != "" && runtime.GOOS != "windows" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
			if test.is != nil && !errors.Is(err, test.is) {
				t.Errorf("error %v does not match %v", err, test.is)
			}
			checkNoCanary(t, fmt.Sprintf("%v %+v %#v", err, err, err))
		})
	}
	if ring, err := eval.ReadKeyFile("full"); err != nil || len(ring) != 1 {
		t.Errorf("ReadKeyFile of 64 KiB = %v, %v", ring, err)
	}
}

func ExampleKeyRing() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "keys.txt")

	key, err := eval.NewKey("k1")
	if err != nil {
		panic(err)
	}
	if err := eval.WriteKeyFile(path, eval.KeyRing{key}); err != nil {
		panic(err)
	}

	ring, err := eval.ReadKeyFile(path)
	if err != nil {
		panic(err)
	}
	ciphertext, err := ring.Encrypt(context.Background(), "myapp/dev", []byte("hunter2"))
	if err != nil {
		panic(err)
	}
	plaintext, err := ring.Decrypt(context.Background(), "myapp/dev", ciphertext)
	if err != nil {
		panic(err)
	}
	fmt.Println(ring, string(plaintext))
	// Output: [[key k1]] hunter2
}
