package awslogin

import "github.com/escapement-go/escapement/providers/awsclient"

// A Clock tells the time and waits. Its methods may be called concurrently. A test gives one of its own, so that
// nothing really waits.
type Clock = awsclient.Clock
