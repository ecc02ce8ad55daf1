package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/escapement-go/escapement/examples/notify"
	"github.com/escapement-go/escapement/schema"
)

// notifyFlags say who is told of a rotation.
type notifyFlags struct {
	NotifyExec []string `sep:"none" help:"Command that is run for each event, with a JSON object on its standard input." placeholder:"COMMAND"`
	NotifyURL  []string `sep:"none" name:"notify-url" help:"Address that each event is posted to, signed with the key in ESC_NOTIFY_KEY." placeholder:"URL"`
}

const notifyHelp = `Whoever is named by --notify-exec or --notify-url is told of each event: a JSON object with version, id, time, environment,
path, rotator, kind, code, keyId and text. Notices are sent while the rotation goes on. They never hold it up, what is not
delivered in 30 seconds after its end is a warning, and nothing of that changes the code to exit with.`

// notifyKey is the environment variable with the key of signatures.
const notifyKey = "ESC_NOTIFY_KEY"

// notifyGrace is what is left for notices at the end of a rotation; zero: the default. Tests are in a hurry.
var notifyGrace time.Duration

// Validate refuses commands and addresses that are none.
func (f *notifyFlags) Validate() error {
	for _, command := range f.NotifyExec {
		if strings.TrimSpace(command) == "" {
			return errors.New("--notify-exec: there is no command")
		}
	}
	for _, address := range f.NotifyURL {
		if _, err := notify.ParseURL(address); err != nil {
			return fmt.Errorf("--notify-url: %w", err)
		}
	}
	return nil
}

// targets returns those that are to be told.
func (f *notifyFlags) targets() ([]notify.Target, error) {
	var targets []notify.Target
	for _, command := range f.NotifyExec {
		name := strings.Fields(command)[0] // the arguments may be secret
		targets = append(targets, &notify.Exec{Name: name, Command: func(ctx context.Context) *exec.Cmd { return userCommand(ctx, command) }})
	}
	var key schema.Secret
	for i, text := range f.NotifyURL {
		var err error
		if i == 0 {
			if key, err = readNotifyKey(); err != nil {
				return nil, err
			}
		}
		address, err := notify.ParseURL(text)
		if err != nil {
			return nil, fmt.Errorf("--notify-url: %w", err)
		}
		targets = append(targets, &notify.URL{Address: address, Key: key})
	}
	return targets, nil
}

func readNotifyKey() (schema.Secret, error) {
	const how = hint(`write "whsec_" and 24 or more random bytes in base64 into ` + notifyKey + `, such as "whsec_$(openssl rand -base64 32)", and give them to the receiver`)
	text := os.Getenv(notifyKey)
	if text == "" {
		return schema.Secret{}, errors.Join(errors.New("--notify-url needs a key to sign with, and "+notifyKey+" is not set"), how)
	}
	key, err := notify.ParseKey(text)
	if err != nil {
		return key, errors.Join(fmt.Errorf("cannot use %s: %w", notifyKey, err), how)
	}
	return key, nil
}
