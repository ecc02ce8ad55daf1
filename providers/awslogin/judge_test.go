package awslogin_test

import (
	"bufio"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	osexec "os/exec"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	gojwt "github.com/golang-jwt/jwt/v5"

	"github.com/escapement-go/escapement/providers/awslogin"
	"github.com/escapement-go/escapement/providers/awstest"
)

// judgeVariable names the program of a MinIO server, which has an STS of its own.
const judgeVariable = "ESCAPEMENT_MINIO"

// A verdict is what the judge is to make of a token.
type verdict struct {
	name   string
	token  string
	accept bool
	change func(*sts.AssumeRoleWithWebIdentityInput)
}

// TestJudge has an STS that shares no code with this project judge the tokens of an issuer, whose documents it reads over
// HTTP. What it makes of tokens that AWS would judge otherwise is listed too, so that a change is noticed.
func TestJudge(t *testing.T) {
	program := os.Getenv(judgeVariable)
	if program == "" {
		t.Skipf("no independent judge: %s does not name a MinIO server; .ci/run builds one", judgeVariable)
	}
	issuer, curve, stranger := judgedIssuers(t)
	client, role := startJudge(t, program, issuer)
	judge(t, client, role, append(judgedAlike(t, issuer, curve, stranger), judgedOtherwise(t, issuer)...))
}

// TestSimulatedJudge makes sure that the simulated account is of the same opinion, where AWS is.
func TestSimulatedJudge(t *testing.T) {
	issuer, curve, stranger := judgedIssuers(t)
	sim := awstest.New(t, awstest.Options{Clock: awstest.RealTime(1)})
	if err := sim.AddIssuer(awstest.Issuer{URL: issuer.URL, ClientIDs: []string{"aws:acme"}}); err != nil {
		t.Fatal(err)
	}
	trust, err := issuer.TrustPolicy("aws", sim.Account(), "*")
	if err != nil {
		t.Fatal(err)
	}
	if err := sim.AddRole(awstest.Role{Name: "r", TrustPolicy: string(trust), MaxSessionDuration: 12 * time.Hour}); err != nil {
		t.Fatal(err)
	}
	client := sts.NewFromConfig(sim.Config(""), func(o *sts.Options) { o.Retryer = aws.NopRetryer{} })
	judge(t, client, sim.RoleARN("r"), judgedAlike(t, issuer, curve, stranger))
}

// judge asks an STS for its verdicts.
func judge(t *testing.T, client *sts.Client, role string, verdicts []verdict) {
	t.Helper()
	accepted := 0
	for _, v := range verdicts {
		in := &sts.AssumeRoleWithWebIdentityInput{
			RoleArn: &role, RoleSessionName: aws.String("session"), WebIdentityToken: &v.token, DurationSeconds: aws.Int32(3600),
		}
		if v.change != nil {
			v.change(in)
		}
		out, err := client.AssumeRoleWithWebIdentity(t.Context(), in)
		switch {
		case v.accept && err != nil:
			t.Errorf("%s: refused: %v", v.name, err)
		case !v.accept && err == nil:
			t.Errorf("%s: accepted", v.name)
		case err == nil:
			accepted++
			if c := out.Credentials; c == nil || aws.ToString(c.AccessKeyId) == "" || aws.ToString(c.SessionToken) == "" {
				t.Errorf("%s: the answer has no credentials", v.name)
			}
		}
	}
	t.Logf("judge: %d tokens, %d accepted, %d refused", len(verdicts), accepted, len(verdicts)-accepted)
}

// judgedIssuers returns an issuer with two published keys, and a stranger that claims to be it.
func judgedIssuers(t *testing.T) (rsa2048, p256, stranger awslogin.Issuer) {
	t.Helper()
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	with := func(key crypto.Signer, err error) awslogin.Issuer {
		if err != nil {
			t.Fatal(err)
		}
		return awslogin.Issuer{URL: server.URL, Organization: "acme", Key: key, Insecure: true}
	}
	rsa2048, p256 = with(rsa.GenerateKey(rand.Reader, 2048)), with(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	stranger = with(rsa.GenerateKey(rand.Reader, 2048))
	documents, err := rsa2048.Documents(p256.Key.Public())
	if err != nil {
		t.Fatal(err)
	}
	for path, text := range documents {
		mux.HandleFunc("/"+path, func(w http.ResponseWriter, _ *http.Request) { w.Write(text) })
	}
	return rsa2048, p256, stranger
}

// startJudge starts the server and returns a client, and the role that it gives to those who come with a good token.
func startJudge(t *testing.T, program string, issuer awslogin.Issuer) (client *sts.Client, role string) {
	t.Helper()
	address, dir := freeAddress(t), t.TempDir()
	cmd := osexec.Command(program, "server", "--address", address, "--console-address", freeAddress(t), dir+"/data")
	cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "MINIO_ROOT_USER=rootuser", "MINIO_ROOT_PASSWORD=rootpass123",
		"MINIO_BROWSER=off", "MINIO_UPDATE=off",
		"MINIO_IDENTITY_OPENID_CONFIG_URL=" + issuer.URL + "/.well-known/openid-configuration",
		"MINIO_IDENTITY_OPENID_CLIENT_ID=aws:acme", "MINIO_IDENTITY_OPENID_ROLE_POLICY=readwrite",
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = cmd.Stdout
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })

	roles, log := make(chan string, 1), &strings.Builder{}
	go func() {
		defer close(roles)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			fmt.Fprintln(log, lines.Text())
			if _, arn, ok := strings.Cut(lines.Text(), "arn:minio:iam:::role/"); ok {
				roles <- "arn:minio:iam:::role/" + strings.Fields(arn)[0]
			}
		}
	}()
	select {
	case role = <-roles:
	case <-time.After(2 * time.Minute):
	}
	if role == "" {
		cmd.Process.Kill()
		for range roles {
		}
		t.Fatalf("the judge names no role:\n%s", log)
	}
	config := aws.Config{Region: "us-east-1", Credentials: aws.AnonymousCredentials{}, Retryer: func() aws.Retryer { return aws.NopRetryer{} }}
	return sts.NewFromConfig(config, func(o *sts.Options) { o.BaseEndpoint = aws.String("http://" + address + "/") }), role
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// judgedAlike are tokens of which AWS makes the same.
func judgedAlike(t *testing.T, issuer, curve, stranger awslogin.Issuer) []verdict {
	t.Helper()
	token := func(i awslogin.Issuer, attributes ...string) string {
		text, err := i.Token(context.Background(), awslogin.TokenRequest{
			Environment: "aws/login: 50 %", Root: "myapp/dev", SubjectAttributes: attributes,
		})
		if err != nil {
			t.Fatal(err)
		}
		return text.Text.Reveal()
	}
	at := func(i awslogin.Issuer, when time.Duration) awslogin.Issuer {
		i.Clock = fixedClock{time.Now().Add(when)}
		return i
	}
	other := issuer
	other.Audience = "aws:other"
	good := token(issuer)
	lasting := func(seconds int32) func(*sts.AssumeRoleWithWebIdentityInput) {
		return func(in *sts.AssumeRoleWithWebIdentityInput) { in.DurationSeconds = &seconds }
	}
	policy := func(text string) func(*sts.AssumeRoleWithWebIdentityInput) {
		return func(in *sts.AssumeRoleWithWebIdentityInput) { in.Policy = &text }
	}
	return []verdict{
		{"RS256", good, true, nil},
		{"ES256", token(curve), true, nil},
		{"a customised subject", token(issuer, "currentEnvironment.name", "rootEnvironment.name"), true, nil},
		{"the audience as a list", signed(t, issuer, map[string]any{"aud": []string{"aws:acme"}}), true, nil},
		{"15 minutes", good, true, lasting(900)},
		{"12 hours", good, true, lasting(43200)},
		{"a policy", good, true, policy(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"}]}`)},
		{"expired", token(at(issuer, -time.Hour)), false, nil},
		{"of the future", token(at(issuer, time.Hour)), false, nil},
		{"another key", token(stranger), false, nil},
		{"another audience", token(other), false, nil},
		{"no subject", signed(t, issuer, map[string]any{"sub": nil}), false, nil},
		{"garbage", "a.b.c", false, nil},
		{"a changed signature", good[:len(good)-8] + strings.Repeat("A", 8), false, nil},
		{"no signature", good[:strings.LastIndexByte(good, '.')+1], false, nil},
		{"5 minutes", good, false, lasting(300)},
		{"a malformed policy", good, false, policy("{")},
	}
}

// judgedOtherwise are tokens of which AWS makes something else.
func judgedOtherwise(t *testing.T, issuer awslogin.Issuer) []verdict {
	t.Helper()
	return []verdict{
		{"another issuer", signed(t, issuer, map[string]any{"iss": "https://other.example.com"}), true, nil},
		{"no identifier", signed(t, issuer, map[string]any{"jti": nil}), true, nil},
		{"no time of issue", signed(t, issuer, map[string]any{"iat": nil}), true, nil},
		{"no end", signed(t, issuer, map[string]any{"exp": nil}), true, nil},
		{"14 hours", signed(t, issuer, nil), true, func(in *sts.AssumeRoleWithWebIdentityInput) { in.DurationSeconds = aws.Int32(50000) }},
	}
}

// signed returns a token like those of the issuer with some claims changed; nil leaves one out.
func signed(t *testing.T, issuer awslogin.Issuer, changes map[string]any) string {
	t.Helper()
	token, err := issuer.Token(t.Context(), awslogin.TokenRequest{Environment: "aws/login", Root: "aws/login"})
	if err != nil {
		t.Fatal(err)
	}
	claims := gojwt.MapClaims{}
	parsed, _, err := gojwt.NewParser().ParseUnverified(token.Text.Reveal(), claims)
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range changes {
		if claims[name] = value; value == nil {
			delete(claims, name)
		}
	}
	text, err := (&gojwt.Token{Header: parsed.Header, Claims: claims, Method: gojwt.SigningMethodRS256}).SignedString(issuer.Key)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// A fixedClock always shows the same time.
type fixedClock struct{ time.Time }

func (c fixedClock) Now() time.Time { return c.Time }

func (fixedClock) Sleep(ctx context.Context, _ time.Duration) error { return ctx.Err() }
