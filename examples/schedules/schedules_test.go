// Package schedules_test has the schedules of this directory read by what reads them in earnest, as far as a test can.
package schedules_test

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rhysd/actionlint"
	"github.com/robfig/cron/v3"
	"go.yaml.in/yaml/v3"
)

const command = "esc rotate --due --all"

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// daily makes sure that a schedule comes once a day.
func daily(t *testing.T, spec string) {
	t.Helper()
	schedule, err := cron.ParseStandard(spec)
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 2, 27, 12, 0, 0, 0, time.UTC)
	for range 5 {
		next := schedule.Next(at)
		if next.Sub(at) > 24*time.Hour || next.Sub(at) < 12*time.Hour {
			t.Errorf("%s: after %v comes %v", spec, at, next)
		}
		at = next
	}
}

// TestEach makes sure that each schedule runs the command with nothing that is secret beside it, and says where the
// environments, the key and the tokens are.
func TestEach(t *testing.T) {
	for _, file := range []string{"crontab", "escapement.service", "cronjob.yaml", "github-actions.yaml"} {
		text := strings.NewReplacer("command: [/usr/local/bin/esc, rotate, --due, --all]", command).Replace(read(t, file))
		if strings.Count(text, command) != 1 {
			t.Errorf("%s does not run %q once", file, command)
		}
		for _, name := range []string{"ESC_DIR", "ESC_KEY_FILE", "ESC_TOKEN_SOURCE"} {
			if !strings.Contains(text, name) {
				t.Errorf("%s does not set %s", file, name)
			}
		}
		if strings.Contains(text, "--key") || strings.Contains(text, "secrets.") {
			t.Errorf("%s hands a secret over", file)
		}
	}
}

func TestCrontab(t *testing.T) {
	variable := regexp.MustCompile(`^[A-Z_]+=\S+$`)
	entries := 0
	for line := range strings.Lines(read(t, "crontab")) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' || variable.MatchString(line) {
			continue
		}
		fields := strings.Fields(line)
		if len(fields) < 6 || !strings.HasPrefix(fields[5], "flock") || strings.Contains(line, "%") { // which cron takes for a line break
			t.Fatalf("%q is no entry", line)
		}
		daily(t, strings.Join(fields[:5], " "))
		entries++
	}
	if entries != 1 {
		t.Errorf("%d entries", entries)
	}
}

func TestGitHubActions(t *testing.T) {
	linter, err := actionlint.NewLinter(io.Discard, &actionlint.LinterOptions{})
	if err != nil {
		t.Fatal(err)
	}
	file, text := "github-actions.yaml", []byte(read(t, "github-actions.yaml"))
	project, err := actionlint.NewProject(".")
	if err != nil {
		t.Fatal(err)
	}
	found, err := linter.Lint(file, text, project)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range found {
		if !strings.Contains(e.Message, `label "escapement" is unknown`) { // what runners there are is for each to say
			t.Error(e)
		}
	}
	if broken, _ := linter.Lint(file, []byte(strings.Replace(string(text), "runs-on", "run-on", 1)), project); len(broken) == 0 {
		t.Error("the linter sees nothing")
	}
	workflow, _ := actionlint.Parse(text)
	if c := workflow.Concurrency; c == nil || c.CancelInProgress == nil || c.CancelInProgress.Value {
		t.Error("a run may be cancelled by the next one")
	}
	for _, event := range workflow.On {
		if scheduled, ok := event.(*actionlint.ScheduledEvent); ok {
			for _, c := range scheduled.Cron {
				daily(t, c.Value)
			}
			return
		}
	}
	t.Error("it has no schedule")
}

// A cronJob is what of a batch/v1 CronJob the example uses; a name that is not of these is a mistake.
type cronJob struct {
	APIVersion string `yaml:"apiVersion"`
	Kind       string
	Metadata   struct{ Name string }
	Spec       struct {
		Schedule                   string
		TimeZone                   string `yaml:"timeZone"`
		ConcurrencyPolicy          string `yaml:"concurrencyPolicy"`
		StartingDeadlineSeconds    int    `yaml:"startingDeadlineSeconds"`
		SuccessfulJobsHistoryLimit int    `yaml:"successfulJobsHistoryLimit"`
		FailedJobsHistoryLimit     int    `yaml:"failedJobsHistoryLimit"`
		JobTemplate                struct {
			Spec struct {
				BackoffLimit *int `yaml:"backoffLimit"`
				Template     struct{ Spec pod }
			}
		} `yaml:"jobTemplate"`
	}
}

type pod struct {
	ServiceAccountName            string `yaml:"serviceAccountName"`
	RestartPolicy                 string `yaml:"restartPolicy"`
	TerminationGracePeriodSeconds int    `yaml:"terminationGracePeriodSeconds"`
	SecurityContext               struct {
		RunAsNonRoot bool `yaml:"runAsNonRoot"`
		RunAsUser    int  `yaml:"runAsUser"`
		FSGroup      int  `yaml:"fsGroup"`
	} `yaml:"securityContext"`
	Containers []struct {
		Name, Image     string
		Command         []string
		Env             []struct{ Name, Value string }
		SecurityContext struct {
			AllowPrivilegeEscalation bool `yaml:"allowPrivilegeEscalation"`
			ReadOnlyRootFilesystem   bool `yaml:"readOnlyRootFilesystem"`
		} `yaml:"securityContext"`
		VolumeMounts []struct {
			Name      string
			MountPath string `yaml:"mountPath"`
			ReadOnly  bool   `yaml:"readOnly"`
		} `yaml:"volumeMounts"`
	}
	Volumes []volume
}

type volume struct {
	Name                  string
	PersistentVolumeClaim struct {
		ClaimName string `yaml:"claimName"`
	} `yaml:"persistentVolumeClaim"`
	Secret struct {
		SecretName  string `yaml:"secretName"`
		DefaultMode int    `yaml:"defaultMode"`
	}
	Projected struct {
		Sources []struct {
			ServiceAccountToken struct {
				Path, Audience    string
				ExpirationSeconds int `yaml:"expirationSeconds"`
			} `yaml:"serviceAccountToken"`
		}
	}
}

func TestCronJob(t *testing.T) {
	decoder := yaml.NewDecoder(strings.NewReader(read(t, "cronjob.yaml")))
	decoder.KnownFields(true)
	var job cronJob
	if err := decoder.Decode(&job); err != nil {
		t.Fatal(err)
	}
	if err := decoder.Decode(&job); err != io.EOF {
		t.Errorf("there is more than one object: %v", err)
	}
	daily(t, job.Spec.Schedule)
	if job.APIVersion != "batch/v1" || job.Kind != "CronJob" || job.Metadata.Name == "" || job.Spec.ConcurrencyPolicy != "Forbid" {
		t.Errorf("%+v", job)
	}
	run := job.Spec.JobTemplate.Spec
	spec := run.Template.Spec
	if run.BackoffLimit == nil || *run.BackoffLimit != 0 || spec.RestartPolicy != "Never" || spec.TerminationGracePeriodSeconds < 300 || len(spec.Containers) != 1 {
		t.Errorf("%+v", run)
	}
	esc := spec.Containers[0]
	if strings.Join(esc.Command, " ") != "/usr/local/bin/"+command {
		t.Errorf("runs %q", esc.Command)
	}
	for _, mount := range esc.VolumeMounts {
		named := slices.ContainsFunc(esc.Env, func(e struct{ Name, Value string }) bool { return strings.Contains(e.Value, mount.MountPath) })
		i := slices.IndexFunc(spec.Volumes, func(v volume) bool { return v.Name == mount.Name })
		if i < 0 || !named || mount.ReadOnly != (mount.Name != "environments") {
			t.Errorf("%+v", mount)
		}
	}
}

// TestSystemd has systemd judge the units, with a program in the place of esc that is there.
func TestSystemd(t *testing.T) {
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("there is no systemd-analyze")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	verify := func(service string) (string, error) {
		for name, text := range map[string]string{"escapement.service": service, "escapement.timer": read(t, "escapement.timer")} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		out, err := exec.Command(analyze, "verify", "--recursive-errors=no", filepath.Join(dir, "escapement.service"), filepath.Join(dir, "escapement.timer")).CombinedOutput()
		return string(out), err
	}
	service := strings.Replace(read(t, "escapement.service"), "/usr/local/bin/esc", self, 1)
	if out, err := verify(service); err != nil || strings.Contains(out, dir) {
		t.Errorf("%v\n%s", err, out)
	}
	if out, err := verify(strings.Replace(service, "ExecStart=", "ExecBegin=", 1)); err == nil && !strings.Contains(out, "ExecBegin") {
		t.Errorf("systemd sees nothing: %s", out)
	}
	calendar := regexp.MustCompile(`OnCalendar=(.*)`).FindStringSubmatch(read(t, "escapement.timer"))
	if out, err := exec.Command(analyze, "calendar", calendar[1]).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
