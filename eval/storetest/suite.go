package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/escapement-go/escapement/eval"
)

// A suite is one run of all checks against the stores of one kind of world.
type suite struct {
	newWorld func() World
	findings []Finding
}

func (s *suite) run(ctx context.Context) {
	for _, check := range []func(*trial){
		(*trial).checkAbsent, (*trial).checkNames, (*trial).checkTexts, (*trial).checkReplaces, (*trial).checkConflicts,
		(*trial).checkAgain, (*trial).checkOwnTexts, (*trial).checkRounds, (*trial).checkReaders, (*trial).checkCanceled,
		(*trial).checkCreate, (*trial).checkCreators, (*trial).checkList,
	} {
		s.try(ctx, check)
	}
	for _, fault := range s.newWorld().Faults {
		s.try(ctx, func(t *trial) { t.checkFault(fault) })
		s.try(ctx, func(t *trial) { t.checkCreateFault(fault) })
	}
}

// enough findings of one rule tell what there is to tell.
const enough = 3

func (s *suite) report(f Finding) {
	n := 0
	for _, other := range s.findings {
		if other.Rule == f.Rule {
			n++
		}
	}
	if n < enough && !slices.Contains(s.findings, f) {
		s.findings = append(s.findings, f)
	}
}

// checkAbsent loads and saves an environment that is not there, beside one that is.
func (t *trial) checkAbsent() {
	t.put("a", text("a"))
	for _, name := range []string{"b", "a/b", "a.yaml", "A", "a@3", "b/a"} {
		if _, err := t.load(t.Saver, name); !errors.Is(err, fs.ErrNotExist) {
			t.breach(absent, "Load of "+name, "the error is %v", err)
		}
		for _, old := range [][]byte{nil, {}, text("a"), text("new")} {
			if err := t.save(t.Saver, name, old, text("new")); !errors.Is(err, fs.ErrNotExist) {
				t.breach(absent, "Save of "+name, "the error is %v", err)
			}
			if !errors.Is(t.save(t.Saver, name, old, old), fs.ErrNotExist) {
				t.breach(absent, "Save of "+name, "it found what is not there")
			}
		}
		if _, err := t.load(t.another(), name); !errors.Is(err, fs.ErrNotExist) {
			t.breach(absent, "Save of "+name, "there is an environment afterwards; the error of Load is %v", err)
		}
	}
	t.holds(absent, "the environment beside it", "a", text("a"))
}

// checkNames tries names that are none, or that a careless store takes for others.
func (t *trial) checkNames() {
	t.put("x", text("x"))
	t.put("a/x", text("a/x"))
	for _, name := range []string{
		"", ".", "..", "/", "/x", "x/", "./x", "a/../x", "../x", "a//x", "a/./x", "a/x/..", "a/../../x", "x\x00", "\xff", "a/\x00/x",
		strings.Repeat("x", 10_000), "../../../../../../etc/passwd",
	} {
		where := fmt.Sprintf("%.40q", name)
		if _, err := t.load(t.Saver, name); err == nil {
			t.breach(otherNames, where, "Load succeeded")
		}
		if err := t.save(t.Saver, name, text("x"), text("new")); err == nil {
			t.breach(otherNames, where, "Save succeeded")
		}
		if c, ok := t.Saver.(eval.Creator); ok {
			if err := t.create(c, name, text("new")); err == nil {
				t.breach(otherNames, where, "Create succeeded")
			}
		}
	}
	t.holds(otherNames, "an environment beside it", "x", text("x"))
	t.holds(otherNames, "an environment beside it", "a/x", text("a/x"))
}

// texts are some that a store might spoil.
func texts() map[string][]byte {
	return map[string][]byte{
		"an empty text":             {},
		"a text":                    text("one"),
		"line ends of all kinds":    []byte("a: 1\r\nb: 2\rc: 3\n\n"),
		"a byte order mark":         []byte("\xef\xbb\xbfa: 1\n"),
		"what is no UTF-8":          {0xff, 0xfe, 0x00, 0x80, '\n'},
		"white space at both ends":  []byte(" \n\ta: 1 \n "),
		"a text without a last end": []byte("a: 1"),
		"every byte":                everyByte(1),
		"a megabyte":                everyByte(1 << 12),
	}
}

func everyByte(times int) []byte {
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	return bytes.Repeat(all, times)
}

// checkTexts loads what was put there, and what was saved.
func (t *trial) checkTexts() {
	last := text("first")
	t.put("saved", last)
	for name, want := range texts() {
		t.put("put", want)
		t.holds(exactText, name, "put", want)
		if err := t.save(t.Saver, "saved", last, want); err != nil {
			t.breach(replaces, name, "Save failed: %v", err)
			continue
		}
		t.holds(exactText, name+", saved", "saved", want)
		last = want
	}
}

// checkReplaces saves one environment among others.
func (t *trial) checkReplaces() {
	names := []string{"a", "a/b", "a/b/c", "a-b", "A.b", "-x", "..."}
	for _, name := range names {
		t.put(name, text(name))
	}
	for _, name := range names {
		for _, step := range [][2]string{{name, "new"}, {"new", "newer"}, {"newer", name}, {name, "last"}} {
			if err := t.save(t.Saver, name, text(step[0]), text(step[1])); err != nil {
				t.breach(replaces, name, "Save failed: %v", err)
			}
			t.holds(replaces, name, name, text(step[1]))
		}
		if err := t.save(t.Saver, name, text("last"), text(name)); err != nil {
			t.breach(replaces, name, "Save failed: %v", err)
		}
	}
	for _, name := range names {
		t.holds(replaces, "an environment after all others were saved", name, text(name))
	}
}

// checkConflicts saves with old texts that are nearly the present one.
func (t *trial) checkConflicts() {
	present := []byte("a: 1\nb: 2\n")
	for where, old := range map[string][]byte{
		"nothing":                          nil,
		"the empty text":                   {},
		"another text":                     text("other"),
		"a text that is a part of it":      []byte("a: 1\n"),
		"a text that it is a part of":      []byte("a: 1\nb: 2\nc: 3\n"),
		"a text without the last line end": []byte("a: 1\nb: 2"),
		"other line ends":                  []byte("a: 1\r\nb: 2\r\n"),
		"another last byte":                []byte("a: 1\nb: 2\r"),
		"another first byte":               []byte("A: 1\nb: 2\n"),
		"white space behind it":            []byte("a: 1\nb: 2\n "),
	} {
		t.put("a", present)
		t.conflicts("old is "+where, old, present)
	}
	t.put("a", nil)
	t.conflicts("the present text is empty", text("other"), []byte{})
}

func (t *trial) conflicts(where string, old, present []byte) {
	err := t.save(t.Saver, "a", old, text("new"))
	if !errors.Is(err, eval.ErrConflict) || errors.Is(err, eval.ErrUncertain) {
		t.breach(conflict, where, "the error is %v", err)
	}
	t.holds(conflict, where, "a", present)
}

// checkAgain saves what is there.
func (t *trial) checkAgain() {
	t.put("a", text("new"))
	for where, old := range map[string][]byte{
		"an older one": text("old"), "the present one": text("new"), "nothing": nil, "empty": {},
	} {
		if err := t.save(t.Saver, "a", old, text("new")); err != nil {
			t.breach(again, "old is "+where, "the error is %v", err)
		}
		t.holds(again, "old is "+where, "a", text("new"))
	}
}

// checkOwnTexts changes what was given to the store, and looks at what it gave.
func (t *trial) checkOwnTexts() {
	t.put("a", text("one"))
	first, err := t.load(t.Saver, "a")
	if err != nil {
		return // which is another breach
	}
	old, new := text("one"), text("two")
	if err := t.save(t.Saver, "a", old, new); err != nil {
		return
	}
	if !bytes.Equal(old, text("one")) || !bytes.Equal(new, text("two")) {
		t.breach(ownTexts, "Save", "it changed a text that it was given")
	}
	loaded, err := t.load(t.Saver, "a")
	spoil(old)
	spoil(new)
	if err == nil && !bytes.Equal(loaded, text("two")) {
		t.breach(ownTexts, "after a change of what was given to Save", "what Load had returned has changed")
	}
	t.holds(ownTexts, "after a change of what was given to Save", "a", text("two"))
	if err := t.save(t.Saver, "a", text("two"), text("six")); err != nil {
		t.breach(ownTexts, "after a change of what was given to Save", "another Save failed: %v", err)
	}
	if !bytes.Equal(first, text("one")) || err == nil && !bytes.Equal(loaded, text("two")) {
		t.breach(ownTexts, "after another Save", "what Load had returned has changed")
	}
}

func spoil(text []byte) {
	for i := range text {
		text[i] = '!'
	}
}

// checkCanceled calls with a context that is done.
func (t *trial) checkCanceled() {
	t.put("a", text("old"))
	ctx, cancel := context.WithCancel(t.ctx)
	cancel()
	t.ctx = ctx
	if _, err := t.load(t.Saver, "a"); !errors.Is(err, context.Canceled) {
		t.breach(canceled, "Load", "the error is %v", err)
	}
	if err := t.save(t.Saver, "a", text("old"), text("new")); !errors.Is(err, context.Canceled) {
		t.breach(canceled, "Save", "the error is %v", err)
	}
	if c, ok := t.Saver.(eval.Creator); ok {
		if err := t.create(c, "b", text("new")); !errors.Is(err, context.Canceled) {
			t.breach(canceled, "Create", "the error is %v", err)
		}
	}
	t.ctx = context.WithoutCancel(ctx)
	t.holds(canceled, "Save", "a", text("old"))
	if _, err := t.load(t.Saver, "b"); !errors.Is(err, fs.ErrNotExist) {
		t.breach(canceled, "Create", "there is an environment afterwards, or %v", err)
	}
}

// checkCreate makes environments.
func (t *trial) checkCreate() {
	c, ok := t.Saver.(eval.Creator)
	if !ok {
		return
	}
	for _, step := range []struct {
		where, name string
		text, after []byte
		err         error
	}{
		{"a new one", "a", text("one"), text("one"), nil},
		{"one below it", "a/b", text("two"), text("two"), nil},
		{"an empty one", "c", nil, []byte{}, nil},
		{"one that is there", "a", text("three"), text("one"), fs.ErrExist},
		{"one that is there with this text", "a", text("one"), text("one"), nil},
		{"an empty one that is there", "c", text("three"), []byte{}, fs.ErrExist},
	} {
		if err := t.create(c, step.name, step.text); !errors.Is(err, step.err) || (err == nil) != (step.err == nil) {
			t.breach(creates, step.where, "the error is %v", err)
		}
		t.holds(creates, step.where, step.name, step.after)
	}
	if err := t.save(t.Saver, "c", nil, text("new")); err != nil {
		t.breach(creates, "an empty one", "saving it failed: %v", err)
	}
}

// checkList lists nothing, some environments, and the same after one was saved.
func (t *trial) checkList() {
	l, ok := t.Saver.(eval.Lister)
	if !ok {
		return
	}
	t.lists("an empty store", l, nil)
	want := []string{"B", "a", "a-b", "a/b", "a/b/c", "ab", "b", "b.c"}
	for i := range want {
		t.put(want[(i*3)%len(want)], text("one")) // in another order
	}
	t.put("b@3", text("a version"))
	t.put("only@1", text("a version"))
	t.lists("some environments", l, want)
	if err := t.save(t.Saver, "a", text("one"), text("two")); err != nil {
		t.breach(replaces, "a", "Save failed: %v", err)
	}
	t.lists("after a Save", l, want)
	ctx, cancel := context.WithCancel(t.ctx)
	cancel()
	if _, err := l.List(ctx); !errors.Is(err, context.Canceled) {
		t.breach(canceled, "List", "the error is %v", err)
	}
}

func (t *trial) lists(where string, l eval.Lister, want []string) {
	err := t.guarded("List", func() error {
		got, err := l.List(t.ctx)
		if err == nil && !slices.Equal(got, want) {
			t.breach(lists, where, "it returned %q, want %q", got, want)
		}
		return err
	})
	if err != nil {
		t.breach(lists, where, "it failed: %v", err)
	}
}
