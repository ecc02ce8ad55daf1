//go:build unix

package killed

import "strings"

// top is how each document begins. A rotation adds the states of its calls and nothing else.
const top = `# Keys of the app.   Odd spacing stays.
values:
  note:   "é and   blanks"   # and so do comments
  admin: {accessKeyId: %s,   secretAccessKey: {fn::secret: %s}}
`

// What a document may hold. Each key stands at the name of its user.
const (
	appCall = `  app:
    fn::rotate::aws-iam:
      inputs:
        userArn: arn:aws:iam::123456789012:user/app
        login: ${admin}
`
	publishCall = appCall + "        publish: {secretId: app/key}\n"
	consoleCall = `  console:   # of the app, too
    fn::rotate::aws-iam-password:
      inputs:
        userArn: arn:aws:iam::123456789012:user/app
        login: ${admin}
`
	batchCall = `  batch:
    fn::rotate::aws-iam:
      inputs:
        userArn: arn:aws:iam::123456789012:user/batch
        login: {accessKeyId: "${app.current.accessKeyId}", secretAccessKey: "${app.current.secretAccessKey}"}
`
	tokenCall = `  token:
    fn::rotate::password:
      inputs:
        length: 40
`
	tail = "  after: [1,   2]\n# the end, without a last line break"
)

const secretName, firstPassword = "app/key", "First-password-1"

// A form is what a document holds.
type form struct {
	name, calls string
	users       []string // whose keys are rotated
	published   bool     // the key of the app
	console     bool     // the password of the app
}

var (
	bare      = form{name: "keys", calls: appCall, users: []string{"app"}}
	published = form{name: "published keys", calls: publishCall, users: []string{"app"}, published: true}
	console   = form{name: "passwords", calls: consoleCall, console: true}
	// several is one document in which one call needs what another one makes.
	several = form{
		name: "several", calls: tokenCall + batchCall + consoleCall + publishCall, users: []string{"app", "batch"}, published: true, console: true,
	}
)

func (f form) rotators() int { return strings.Count(f.calls, "fn::rotate::") }

// withoutStates returns the text of a document without the states of its calls.
func withoutStates(text string) string {
	var rest strings.Builder
	within := false
	for line := range strings.Lines(text) {
		if within = strings.HasPrefix(line, "      state:") || within && strings.HasPrefix(line, "        "); !within {
			rest.WriteString(line)
		}
	}
	return rest.String()
}
