package awstest_test

import (
	"os"
	"testing"

	"github.com/escapement-go/escapement/providers/internal/seeded"
)

func TestMain(m *testing.M) { os.Exit(seeded.Run(m)) }
