package eval_test

import (
	"context"
	"fmt"
	"testing/fstest"
	"time"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/eval/evaltest"
	"github.com/escapement-go/escapement/providers/awstest"
	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/rotators/awsiam"
	"github.com/escapement-go/escapement/rotators/password"
)

// passwords makes an evaluator of two environments with a password each, in memory. In a program the Loader is Dir, and
// the Crypter a KeyRing.
func passwords() *eval.Evaluator {
	const document = "values: {database: {fn::rotate::password: {inputs: {length: 40, rotateAfter: 90d}}}}\n"
	return &eval.Evaluator{
		Loader:   &evaltest.Host{Files: map[string]string{"app/live": document, "app/test": document}},
		Rotators: map[string]rotators.Rotator{"password": password.Rotator{}},
		Crypter:  evaltest.Crypter{},
	}
}

// A rotation writes what it makes into the document, encrypted.
func ExampleEvaluator_Rotate() {
	e := passwords()
	ctx := context.Background()
	report := func(path string, event rotators.Event) { fmt.Println(path, event.Kind, "-", event.Text) }
	rotation, err := e.Rotate(ctx, "app/live", eval.RotateOptions{Report: report})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, result := range rotation.Results {
		fmt.Println(result.Path, result.Status, result.Saved)
	}
	env, err := e.Open(ctx, "app/live", "database.current.password")
	fmt.Println(env.Values, err)
	// Output:
	// database rotated - there is a new password
	// database succeeded true
	// {"database":{"current":{"password":"[secret]"}}} <nil>
}

// A plan writes nothing.
func ExampleEvaluator_Plan() {
	plan, err := passwords().Plan(context.Background(), "app/live", eval.RotateOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, result := range plan.Results {
		for _, step := range result.Steps {
			fmt.Println(result.Path, "save:", step.Why)
		}
	}
	// Output: database save: a new password
}

// How old the credentials are, and what is due for them.
func ExampleEvaluator_Status() {
	e := passwords()
	ctx := context.Background()
	if _, err := e.Rotate(ctx, "app/live", eval.RotateOptions{}); err != nil {
		fmt.Println(err)
		return
	}
	for _, days := range []int{0, 91} {
		now := time.Now().AddDate(0, 0, days)
		status, err := e.Status(ctx, "app/live", eval.StatusOptions{Now: now})
		if err != nil {
			fmt.Println(err)
			return
		}
		for _, result := range status.Results {
			fmt.Println(result.Path, now.Sub(result.Due.Made).Hours() > 90*24, len(result.Due.Actions))
		}
	}
	// Output:
	// database false 0
	// database true 1
}

// How the credentials of many environments are, and what would be done for them.
func ExampleEvaluator_StatusAll() {
	e := passwords()
	ctx, names := context.Background(), []string{"app/live", "app/test"}
	for status, err := range e.StatusAll(ctx, names, eval.StatusOptions{}) {
		if err != nil {
			fmt.Println(err)
		}
		for _, result := range status.Results {
			fmt.Println(status.Environment.Name, result.Path, result.Rotated, result.Due.Actions[0].Kind)
		}
	}
	for plan, err := range e.PlanAll(ctx, names, eval.RotateAllOptions{Due: true}) {
		if err != nil {
			fmt.Println(err)
		}
		for _, result := range plan.Results {
			fmt.Println(plan.Environment.Name, result.Path, result.Status)
		}
	}
	// Output:
	// app/live database false rotate
	// app/test database false rotate
	// app/live database planned
	// app/test database planned
}

// What is due in many environments, as a job does it once a day. The names may be those of Evaluator.List.
func ExampleEvaluator_RotateAll() {
	e := passwords()
	ctx := context.Background()
	for range 2 {
		for rotation, err := range e.RotateAll(ctx, []string{"app/live", "app/test"}, eval.RotateAllOptions{Due: true}) {
			if err != nil {
				fmt.Println(err)
			}
			for _, result := range rotation.Results {
				fmt.Println(rotation.Environment.Name, result.Path, result.Status)
			}
		}
	}
	// Output:
	// app/live database succeeded
	// app/test database succeeded
	// app/live database nothing-due
	// app/test database nothing-due
}

// The access keys of a user of a simulated account, of which the document has one; and whether that works.
func ExampleEvaluator_Audit() {
	sim, err := awstest.Simulate(awstest.Options{Clock: awstest.RealTime(1)})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer sim.Close()
	sim.AddKey("app", awstest.Key{}) // by hand
	admin, app := sim.Credentials("admin"), sim.Credentials("app")
	document := fmt.Sprintf(`values:
  keys:
    fn::rotate::aws-iam:
      inputs: {userArn: %q, login: {accessKeyId: %s, secretAccessKey: {fn::secret: %q}}}
      state: {current: {accessKeyId: %s, secretAccessKey: {fn::secret: %q}}}
`, sim.UserARN("app"), admin.AccessKeyID, admin.SecretAccessKey, app.AccessKeyID, app.SecretAccessKey)
	e := &eval.Evaluator{
		Loader:   eval.FS(fstest.MapFS{"app/live.yaml": {Data: []byte(document)}}),
		Rotators: map[string]rotators.Rotator{"aws-iam": &awsiam.Rotator{IAMEndpoint: sim.URL("iam"), STSEndpoint: sim.URL("sts")}},
	}
	ctx := context.Background()
	audit, err := e.Audit(ctx, "app/live", eval.AuditOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, row := range audit.Results[0].Audit.Rows {
		fmt.Println(row.Role, row.Status, row.Verdicts)
	}
	for audit, err := range e.AuditAll(ctx, []string{"app/live"}, eval.AuditOptions{}) { // of many environments
		level, _ := audit.Worst()
		fmt.Println(audit.Environment.Name, level, err)
	}
	verified, err := e.Verify(ctx, "app/live")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("works as", verified.Results[0].Proof.Identity)
	for verified, err := range e.VerifyAll(ctx, []string{"app/live"}) { // of many
		fmt.Println(verified.Environment.Name, verified.Results[0].Path, err)
	}
	// Output:
	// current Active []
	// foreign Active [{foreign error the document does not know it, and it leaves no room for the next rotation} {two-active note 2 keys of the user work}]
	// app/live error <nil>
	// works as arn:aws:iam::123456789012:user/app
	// app/live keys <nil>
}
