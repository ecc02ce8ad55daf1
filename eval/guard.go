package eval

import (
	"errors"
	"fmt"
)

// guarded calls code of the host, and turns a panic in it into an error.
func guarded[T any](do func() (T, error)) (result T, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = panicked(r)
		}
	}()
	result, err = do()
	probe(err)
	return result, err
}

// guardedCall is guarded for what has no result.
func guardedCall(do func() error) error {
	_, err := guarded(func() (struct{}, error) { return struct{}{}, do() })
	return err
}

// probe asks an error of the host's for all that the operation will ask, so that a panic is the call's failure.
func probe(err error) {
	if err != nil {
		_ = err.Error()
		_ = coderOf(err)
		_ = errors.As(err, new(*UnknownKeyError))
	}
}

// panicked is the failure of a call that panicked. Of the panic's value, which may be anything, it tells the type alone.
func panicked(value any) error { return fmt.Errorf("it panicked (%T)", value) }

// errNoAnswer is the failure of a call that ended its goroutine.
var errNoAnswer = errors.New("it ended without an answer")
