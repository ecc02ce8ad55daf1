package s3

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/providers/awsclient"
)

// Save replaces the text of an object. An error that does not match [eval.ErrUncertain] says that it was not replaced.
func (s *Store) Save(ctx context.Context, name string, old, new []byte) error {
	return s.write(ctx, &writing{name: name, old: old, new: new})
}

// Create makes an object. An error that does not match [eval.ErrUncertain] says that it was not made.
func (s *Store) Create(ctx context.Context, name string, text []byte) error {
	return s.write(ctx, &writing{name: name, new: text, create: true})
}

// A writing is one save, which may take several tries.
type writing struct {
	name     string
	old, new []byte
	create   bool  // there must be no object, instead of one with the old text
	doubt    error // the first try whose answer was lost; nil: nothing was written
}

const (
	writeTries = 5
	// writeTime is what a save may take once it has begun to write, whatever becomes of the caller: a write whose answer
	// nobody has read leaves everybody in doubt.
	writeTime = time.Minute
)

// write looks and writes by turns, until the text is there, or cannot be put there.
func (s *Store) write(ctx context.Context, w *writing) error {
	if err := s.check(ctx, w.name); err != nil {
		return err
	}
	for try := 1; ; try++ {
		present, err := s.get(ctx, w.name)
		done, err := w.judge(present, err)
		if done || err != nil {
			return s.outcome(w, err)
		}
		if try > writeTries {
			return s.outcome(w, fmt.Errorf("others write it all the time: %w", w.beaten()))
		}
		if try == 1 {
			var cancel context.CancelFunc
			ctx, cancel = context.WithTimeout(context.WithoutCancel(ctx), writeTime)
			defer cancel()
		}
		failed := s.put(ctx, w, present.tag)
		switch {
		case failed == nil:
			return nil
		case failed.beaten(): // by another, or by an earlier try of ours
		case failed.refused():
			return s.outcome(w, failed)
		case w.doubt == nil:
			w.doubt = failed
		}
		if !s.wait(ctx, try) {
			return s.outcome(w, ctx.Err())
		}
	}
}

// judge says what is to be done about the object as it is: nothing more, or nothing at all, or else to write.
func (w *writing) judge(present object, err error) (done bool, _ error) {
	absent := errors.Is(err, fs.ErrNotExist)
	switch {
	case absent && w.create:
		return false, nil
	case absent:
		return false, fmt.Errorf("%w; create it first", err)
	case err != nil:
		return false, err
	case bytes.Equal(present.text, w.new):
		return true, nil
	case w.create || !bytes.Equal(present.text, w.old):
		return false, w.conflict()
	}
	return false, nil
}

// conflict is the error of a save to which the object is not what it must be.
func (w *writing) conflict() error {
	if w.create {
		return fs.ErrExist
	}
	return fmt.Errorf("%w; load it and repeat the change", eval.ErrConflict)
}

// beaten is the error of a save whose condition was never met although the object was as it must be.
func (w *writing) beaten() error {
	if w.create {
		return errors.New("create it again")
	}
	return w.conflict()
}

// outcome is the error of a save as a whole: once an answer was lost, no other error says that nothing was written.
func (s *Store) outcome(w *writing, err error) error {
	if err != nil && w.doubt != nil {
		err = fmt.Errorf("%w: %v; afterwards: %v", eval.ErrUncertain, w.doubt, err)
	}
	return s.about(w.name, err)
}

// put tries to write, on the condition that the object has the tag, or is not there.
func (s *Store) put(ctx context.Context, w *writing, tag string) *callError {
	in := &s3.PutObjectInput{
		Bucket: &s.Bucket, Key: aws.String(s.key(w.name)), Body: bytes.NewReader(w.new), ContentType: aws.String("application/yaml"),
	}
	if w.create {
		in.IfNoneMatch = aws.String("*")
	} else {
		in.IfMatch = &tag
	}
	ctx, rec := awsclient.Recording(ctx)
	if _, err := s.client.PutObject(ctx, in); err != nil {
		return classify("s3:PutObject", err, rec)
	}
	return nil
}
