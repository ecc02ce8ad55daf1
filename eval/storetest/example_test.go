package storetest_test

import (
	"context"
	"fmt"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/eval/storetest"
)

// A careless store replaces whatever is there.
type careless struct{ eval.Memory }

func (c *careless) Save(ctx context.Context, name string, _, new []byte) error {
	old, err := c.Memory.Load(ctx, name)
	if err != nil {
		return err
	}
	return c.Memory.Save(ctx, name, old, new)
}

// In a test it is Run that says which rules are broken.
func ExampleCheck() {
	findings := storetest.Check(context.Background(), func() storetest.World {
		return storetest.World{Saver: &careless{}}
	})
	fmt.Println(findings[0].Rule.Name)
	fmt.Println(findings[0].Rule.Text)
	// Output:
	// conflict
	// If the text is another than old and new, Save writes nothing and its error matches ErrConflict, and ErrUncertain does not.
}
