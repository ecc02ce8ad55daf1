package eval_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/rotators"
)

// rotateAndWait rotates the environment r of a directory, hands over one state, and waits for others to kill it.
func rotateAndWait(args []string) error {
	_, err := evaluatorOf(eval.Dir(args[0]), func(ctx context.Context, _ *rotators.Request, save saveFunc) error {
		if err := save(ctx, step(1)); err != nil {
			return err
		}
		fmt.Println("saved")
		select {}
	}).Rotate(context.Background(), "r", eval.RotateOptions{})
	return err
}

// rotateAndDie rotates the environment r of a directory. It hands over states that count on from the saved one, and says
// so before and after, until it kills itself before the step with the number args[1] of writing files.
func rotateAndDie(args []string) error {
	left, err := strconv.Atoi(args[1])
	if err != nil {
		return err
	}
	saver := eval.DirStepping(args[0], func(string) error {
		if left--; left == 0 {
			return killSelf()
		}
		return nil
	})
	_, err = evaluatorOf(saver, func(ctx context.Context, req *rotators.Request, save saveFunc) error {
		n := 0
		if req.State != nil {
			if n, err = strconv.Atoi(fmt.Sprint(req.State["n"])); err != nil {
				return err
			}
		}
		for fmt.Println("begin", n); ; fmt.Println("saved", n) {
			n++
			fmt.Println("hand", n)
			if err := save(ctx, step(n)); err != nil {
				return err
			}
		}
	}).Rotate(context.Background(), "r", eval.RotateOptions{})
	return errors.Join(errors.New("survived"), err)
}
