package storetest_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"runtime"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/escapement-go/escapement/eval"
)

// A plantedBug breaks a rule, and others with it.
type plantedBug struct {
	bug, rule string
	also      []string
	*bugs
}

type (
	loadFunc = func(s sample, ctx context.Context, name string) ([]byte, error)
	saveFunc = func(s sample, ctx context.Context, name string, old, new []byte) error
)

func plantedBugs() []plantedBug {
	return []plantedBug{
		{"an absent environment is empty", "absent", []string{"canceled"}, &bugs{load: absentIsEmpty}},
		{"an absent environment has an error of its own", "absent", []string{"canceled"}, &bugs{load: ownError}},
		{"saving creates", "absent", nil, &bugs{save: savingCreates}},
		{"saving to an absent environment conflicts", "absent", nil, &bugs{save: absentConflicts}},
		{"names are cleaned", "other-names", nil, &bugs{load: namesCleaned}},
		{"names are cleaned when saving", "other-names", nil, &bugs{save: namesCleanedSaving}},
		{"names are not looked at when creating", "other-names", nil, &bugs{create: anyName}},
		{"line ends are made equal", "exact-text", nil, &bugs{load: lineEnds}},
		{"what is no UTF-8 is replaced", "exact-text", nil, &bugs{load: onlyUTF8}},
		{"a large text is cut", "exact-text", nil, &bugs{load: cutLarge}},
		{"white space is trimmed", "exact-text", []string{"own-texts", "one-wins", "replaces", "conflict", "again", "no-mixture", "canceled", "settles", "creates", "other-names", "absent", "one-creates"}, &bugs{load: trimmed}},
		{"nothing is saved", "replaces", []string{"exact-text", "again", "own-texts", "one-wins", "settles", "creates", "no-mixture"}, &bugs{save: nothingSaved}},
		{"saving one environment replaces one below it", "replaces", nil, &bugs{save: wrongRow}},
		{"loading answers from a cache", "replaces", []string{"exact-text", "conflict", "again", "own-texts", "one-wins", "settles", "creates", "no-mixture"}, &bugs{load: cached()}},
		{"the last writer wins", "conflict", []string{"one-wins", "settles"}, &bugs{save: lastWriterWins}},
		{"nothing as old text stands for any", "conflict", nil, &bugs{save: nilIsAny}},
		{"compares lengths", "conflict", []string{"one-wins"}, &bugs{save: comparesLengths}},
		{"compares without the last line end", "conflict", nil, &bugs{save: comparesTrimmed}},
		{"compares without white space and case", "conflict", nil, &bugs{save: comparesLoosely}},
		{"a conflict has another error", "conflict", []string{"one-wins"}, &bugs{save: otherConflict}},
		{"a conflict is uncertain", "conflict", nil, &bugs{save: uncertainConflict}},
		{"saving again conflicts", "again", []string{"settles"}, &bugs{save: againConflicts}},
		{"the new text is kept", "own-texts", nil, &bugs{save: keepsNew}},
		{"the old text is changed", "own-texts", nil, &bugs{save: spoilsOld}},
		{"loads share their memory with the store", "own-texts", nil, &bugs{load: sharesRow, save: writesInPlace}},
		{"compares before it takes the lock", "one-wins", nil, &bugs{save: comparesEarly}},
		{"one who loses waits in vain", "one-wins", []string{"conflict"}, &bugs{save: othersFail}},
		{"writes in two parts", "no-mixture", nil, &bugs{save: writesInParts}},
		{"loads go on for a context that is done", "canceled", nil, &bugs{load: ignoresContext}},
		{"saves go on for a context that is done", "canceled", nil, &bugs{save: savesAnyway}},
		{"creates go on for a context that is done", "canceled", nil, &bugs{create: createsAnyway}},
		{"the error of a context is another", "canceled", nil, &bugs{save: otherCancel}},
		{"a lost write is reported as done", "settles", nil, &bugs{save: optimist}},
		{"a write without an answer is reported as a conflict", "settles", nil, &bugs{save: pessimist}},
		{"after a write without an answer it is written again without comparing", "settles", nil, &bugs{save: blindRetry}},
		{"after a fault saving always fails", "settles", []string{"conflict", "exact-text", "replaces", "one-wins", "own-texts", "no-mixture", "creates", "again"}, &bugs{save: sulks()}},
		{"a lost create is reported as done", "settles", nil, &bugs{create: optimisticCreate}},
		{"after a create without an answer its own text is somebody else's", "settles", nil, &bugs{create: disowns}},
		{"creating replaces", "creates", []string{"one-creates"}, &bugs{create: createReplaces}},
		{"creating what is there is a conflict", "creates", []string{"one-creates"}, &bugs{create: createConflicts}},
		{"an empty environment is none", "creates", nil, &bugs{create: emptyIsNone}},
		{"looks before it creates", "one-creates", nil, &bugs{create: looksFirst}},
		{"versions are listed", "lists", []string{"canceled"}, &bugs{list: func(names []string) []string { return names }}},
		{"a list is in the order of files", "lists", []string{"canceled"}, &bugs{list: listsAsFiles}},
		{"a list has one page", "lists", []string{"canceled"}, &bugs{list: listsOnePage}},
		{"a list has the names of directories", "lists", []string{"canceled"}, &bugs{list: listsDirectories}},
		{"an error quotes the text that is there", "silent-errors", nil, &bugs{save: quotes}},
		{"an error has the text in a field", "silent-errors", nil, &bugs{save: keepsText}},
		{"saving an empty text panics", "no-panic", []string{"exact-text", "replaces", "absent"}, &bugs{save: panics}},
		{"loading an empty name panics", "no-panic", nil, &bugs{load: panicsLoading}},
	}
}

func absentIsEmpty(s sample, ctx context.Context, name string) ([]byte, error) {
	text, err := s.read(ctx, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return text, err
}

func ownError(s sample, ctx context.Context, name string) ([]byte, error) {
	text, err := s.read(ctx, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errors.New("no rows")
	}
	return text, err
}

func savingCreates(s sample, ctx context.Context, name string, old, new []byte) error {
	if err := s.replace(ctx, name, old, new); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	s.put(name, new)
	return nil
}

func absentConflicts(s sample, ctx context.Context, name string, old, new []byte) error {
	if err := s.replace(ctx, name, old, new); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return eval.ErrConflict
}

func namesCleaned(s sample, ctx context.Context, name string) ([]byte, error) {
	return s.read(ctx, strings.TrimPrefix(path.Clean("/"+name), "/"))
}

func namesCleanedSaving(s sample, ctx context.Context, name string, old, new []byte) error {
	return s.replace(ctx, strings.TrimPrefix(path.Clean("/"+name), "/"), old, new)
}

func anyName(s sample, ctx context.Context, name string, text []byte) error {
	err := s.insert(ctx, name, text)
	if errors.Is(err, fs.ErrInvalid) {
		return nil
	}
	return err
}

func lineEnds(s sample, ctx context.Context, name string) ([]byte, error) {
	text, err := s.read(ctx, name)
	return bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")), err
}

func onlyUTF8(s sample, ctx context.Context, name string) ([]byte, error) {
	text, err := s.read(ctx, name)
	if !utf8.Valid(text) {
		text = bytes.ToValidUTF8(text, []byte("?"))
	}
	return text, err
}

func cutLarge(s sample, ctx context.Context, name string) ([]byte, error) {
	text, err := s.read(ctx, name)
	return text[:min(len(text), 1<<18)], err
}

func trimmed(s sample, ctx context.Context, name string) ([]byte, error) {
	text, err := s.read(ctx, name)
	return bytes.TrimSpace(text), err
}

func nothingSaved(s sample, ctx context.Context, name string, old, new []byte) error {
	text, err := s.read(ctx, name)
	if err == nil && !bytes.Equal(text, old) && !bytes.Equal(text, new) {
		return eval.ErrConflict
	}
	return err
}

func wrongRow(s sample, ctx context.Context, name string, old, new []byte) error {
	err := s.replace(ctx, name, old, new)
	if err == nil && name == "a" {
		if _, below := s.read(ctx, "a/b"); below == nil {
			s.put("a/b", new)
		}
	}
	return err
}

// cached answers from what was loaded first. Each world has a table of its own.
func cached() loadFunc {
	texts := map[*table]map[string][]byte{}
	return func(s sample, ctx context.Context, name string) ([]byte, error) {
		text, err := s.read(ctx, name)
		if err != nil {
			return nil, err
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		if texts[s.table] == nil {
			texts[s.table] = map[string][]byte{}
		}
		if known, ok := texts[s.table][name]; ok {
			return bytes.Clone(known), nil
		}
		texts[s.table][name] = bytes.Clone(text)
		return text, nil
	}
}

func lastWriterWins(s sample, ctx context.Context, name string, _, new []byte) error {
	for {
		text, err := s.read(ctx, name)
		if err != nil {
			return err
		}
		if err := s.replace(ctx, name, text, new); !errors.Is(err, eval.ErrConflict) {
			return err
		}
	}
}

func nilIsAny(s sample, ctx context.Context, name string, old, new []byte) error {
	if old == nil {
		return lastWriterWins(s, ctx, name, old, new)
	}
	return s.replace(ctx, name, old, new)
}

// comparing saves if the texts are alike.
func comparing(alike func(a, b []byte) bool) saveFunc {
	return func(s sample, ctx context.Context, name string, old, new []byte) error {
		for {
			text, err := s.read(ctx, name)
			if err == nil && alike(text, old) {
				old = text
			}
			if err := s.replace(ctx, name, old, new); !errors.Is(err, eval.ErrConflict) || !alike(text, old) {
				return err
			}
			if again, err := s.read(ctx, name); err != nil || !alike(again, old) {
				return eval.ErrConflict
			}
		}
	}
}

func comparesLengths(s sample, ctx context.Context, name string, old, new []byte) error {
	return comparing(func(a, b []byte) bool { return len(a) == len(b) })(s, ctx, name, old, new)
}

func comparesTrimmed(s sample, ctx context.Context, name string, old, new []byte) error {
	trim := func(text []byte) []byte { return bytes.TrimSuffix(text, []byte("\n")) }
	return comparing(func(a, b []byte) bool { return bytes.Equal(trim(a), trim(b)) })(s, ctx, name, old, new)
}

func comparesLoosely(s sample, ctx context.Context, name string, old, new []byte) error {
	return comparing(func(a, b []byte) bool {
		return bytes.EqualFold(bytes.Join(bytes.Fields(a), nil), bytes.Join(bytes.Fields(b), nil))
	})(s, ctx, name, old, new)
}

// failing saves with another error in the place of a conflict.
func failing(s sample, ctx context.Context, name string, old, new []byte, instead error) error {
	err := s.replace(ctx, name, old, new)
	if errors.Is(err, eval.ErrConflict) {
		return instead
	}
	return err
}

func otherConflict(s sample, ctx context.Context, name string, old, new []byte) error {
	return failing(s, ctx, name, old, new, errors.New("412"))
}

func uncertainConflict(s sample, ctx context.Context, name string, old, new []byte) error {
	return failing(s, ctx, name, old, new, errors.Join(eval.ErrConflict, eval.ErrUncertain))
}

func othersFail(s sample, ctx context.Context, name string, old, new []byte) error {
	return failing(s, ctx, name, old, new, context.DeadlineExceeded)
}

func againConflicts(s sample, ctx context.Context, name string, old, new []byte) error {
	if text, err := s.read(ctx, name); err == nil && !bytes.Equal(text, old) {
		return eval.ErrConflict
	}
	return s.replace(ctx, name, old, new)
}

func keepsNew(s sample, ctx context.Context, name string, old, new []byte) error {
	err := s.replace(ctx, name, old, new)
	if err == nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		if bytes.Equal(s.rows[name], new) {
			s.rows[name] = new
		}
	}
	return err
}

func spoilsOld(s sample, ctx context.Context, name string, old, new []byte) error {
	err := s.replace(ctx, name, old, new)
	if err == nil && len(old) > 0 && bytes.Contains(old, []byte("one")) {
		old[0] = '#'
	}
	return err
}

func sharesRow(s sample, ctx context.Context, name string) ([]byte, error) {
	if _, err := s.read(ctx, name); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.rows[name]) > 100 || !bytes.Contains(s.rows[name], []byte("one")) {
		return bytes.Clone(s.rows[name]), nil
	}
	return s.rows[name], nil
}

func writesInPlace(s sample, ctx context.Context, name string, old, new []byte) error {
	s.mu.Lock()
	if row := s.rows[name]; bytes.Equal(row, old) && len(row) == len(new) && bytes.Contains(row, []byte("one")) {
		defer s.mu.Unlock()
		copy(row, new)
		return nil
	}
	s.mu.Unlock()
	return s.replace(ctx, name, old, new)
}

// letOthersGo waits, by the clock of the test, until all who save at once have come so far.
func letOthersGo(text []byte) {
	if bytes.Contains(text, []byte("rival")) {
		time.Sleep(time.Millisecond)
	}
}

func comparesEarly(s sample, ctx context.Context, name string, old, new []byte) error {
	if err := nothingSaved(s, ctx, name, old, new); err != nil {
		return err
	}
	letOthersGo(new)
	return lastWriterWins(s, ctx, name, old, new)
}

func writesInParts(s sample, ctx context.Context, name string, old, new []byte) error {
	if len(new) < 5000 {
		return s.replace(ctx, name, old, new)
	}
	half := new[:len(new)/2]
	if err := s.replace(ctx, name, old, half); err != nil {
		if errors.Is(err, eval.ErrConflict) {
			return s.replace(ctx, name, half, new)
		}
		return err
	}
	for range 100 {
		runtime.Gosched()
	}
	return s.replace(ctx, name, half, new)
}

func ignoresContext(s sample, ctx context.Context, name string) ([]byte, error) {
	return s.read(context.WithoutCancel(ctx), name)
}

func savesAnyway(s sample, ctx context.Context, name string, old, new []byte) error {
	return s.replace(context.WithoutCancel(ctx), name, old, new)
}

func createsAnyway(s sample, ctx context.Context, name string, text []byte) error {
	return s.insert(context.WithoutCancel(ctx), name, text)
}

func otherCancel(s sample, ctx context.Context, name string, old, new []byte) error {
	if ctx.Err() != nil {
		return errors.New("gave up")
	}
	return s.replace(ctx, name, old, new)
}

func optimist(s sample, ctx context.Context, name string, old, new []byte) error {
	err := s.replace(ctx, name, old, new)
	if errors.Is(err, eval.ErrUncertain) {
		return nil
	}
	return err
}

func pessimist(s sample, ctx context.Context, name string, old, new []byte) error {
	err := s.replace(ctx, name, old, new)
	if errors.Is(err, eval.ErrUncertain) {
		return eval.ErrConflict
	}
	return err
}

// blindRetry takes a conflict for one with its own lost write while the network is down.
func blindRetry(s sample, ctx context.Context, name string, old, new []byte) error {
	s.mu.Lock()
	down := s.fault != ""
	s.mu.Unlock()
	if down {
		return lastWriterWins(s, ctx, name, old, new)
	}
	return s.replace(ctx, name, old, new)
}

// sulks fails for good once a write was uncertain.
func sulks() saveFunc {
	failed := map[*table]bool{}
	return func(s sample, ctx context.Context, name string, old, new []byte) error {
		err := s.replace(ctx, name, old, new)
		s.mu.Lock()
		defer s.mu.Unlock()
		if failed[s.table] {
			return errNetwork
		}
		failed[s.table] = errors.Is(err, eval.ErrUncertain)
		return err
	}
}

func optimisticCreate(s sample, ctx context.Context, name string, text []byte) error {
	err := s.insert(ctx, name, text)
	if errors.Is(err, eval.ErrUncertain) {
		return nil
	}
	return err
}

func disowns(s sample, ctx context.Context, name string, text []byte) error {
	err := s.insert(ctx, name, text)
	if errors.Is(err, eval.ErrUncertain) {
		return fs.ErrExist
	}
	return err
}

func createReplaces(s sample, ctx context.Context, name string, text []byte) error {
	err := s.insert(ctx, name, text)
	if errors.Is(err, fs.ErrExist) {
		s.put(name, text)
		return nil
	}
	return err
}

func createConflicts(s sample, ctx context.Context, name string, text []byte) error {
	err := s.insert(ctx, name, text)
	if errors.Is(err, fs.ErrExist) {
		return eval.ErrConflict
	}
	return err
}

func emptyIsNone(s sample, ctx context.Context, name string, text []byte) error {
	if present, err := s.read(ctx, name); err == nil && len(present) == 0 {
		s.put(name, text)
		return nil
	}
	return s.insert(ctx, name, text)
}

func looksFirst(s sample, ctx context.Context, name string, text []byte) error {
	present, err := s.read(ctx, name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	letOthersGo(text)
	switch insertErr := s.insert(ctx, name, text); {
	case err != nil && errors.Is(insertErr, fs.ErrExist):
		s.put(name, text)
		return nil
	case err == nil && bytes.Equal(present, text):
		return nil
	default:
		return insertErr
	}
}

func quotes(s sample, ctx context.Context, name string, old, new []byte) error {
	err := s.replace(ctx, name, old, new)
	if text, loadErr := s.read(ctx, name); errors.Is(err, eval.ErrConflict) && loadErr == nil {
		return fmt.Errorf("%w: it is %q", err, text)
	}
	return err
}

// A tellingError tells a text to those who look into it.
type tellingError struct {
	cause error
	Text  string
}

func (e tellingError) Error() string { return e.cause.Error() }
func (e tellingError) Unwrap() error { return e.cause }

func keepsText(s sample, ctx context.Context, name string, old, new []byte) error {
	if err := s.replace(ctx, name, old, new); err != nil {
		return tellingError{err, string(new)}
	}
	return nil
}

func panics(s sample, ctx context.Context, name string, old, new []byte) error {
	if err := check(ctx, name); err == nil && len(new) == 0 {
		_ = new[0]
	}
	return s.replace(ctx, name, old, new)
}

func panicsLoading(s sample, ctx context.Context, name string) ([]byte, error) {
	if name[0] == '/' {
		return nil, fs.ErrInvalid
	}
	return s.read(ctx, name)
}

func listsAsFiles(names []string) []string {
	names = withoutVersions(names)
	slices.SortFunc(names, func(a, b string) int { return strings.Compare(a+".yaml", b+".yaml") })
	return names
}

func listsOnePage(names []string) []string {
	return withoutVersions(names)[:min(5, len(withoutVersions(names)))]
}

func listsDirectories(names []string) []string {
	var all []string
	for _, name := range withoutVersions(names) {
		all = append(all, name)
		if dir := path.Dir(name); dir != "." {
			all = append(all, dir)
		}
	}
	slices.Sort(all)
	return all
}
