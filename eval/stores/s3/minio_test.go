package s3_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/escapement-go/escapement/eval/storetest"
)

// minioVariable names the program of a MinIO server.
const minioVariable = "ESCAPEMENT_MINIO"

// The store keeps the rules of stores at a real server, whatever becomes of any one of its requests, in a bucket that keeps
// versions and in one that does not.
func TestMinIO(t *testing.T) {
	address := startMinIO(t)
	for _, name := range []string{"plain", "versioned"} { // a bucket that keeps versions cannot be one that never did
		t.Run(name, func(t *testing.T) {
			prefixed := site{t: t, server: &httputil.ReverseProxy{
				Rewrite: func(r *httputil.ProxyRequest) {
					r.SetURL(&url.URL{Scheme: "http", Host: address})
					r.Out.Host = r.In.Host // which is signed
				},
			}}
			client := ownerOf(address)
			makeBucket(t, client, name == "versioned")
			worlds, met := 0, 0
			storetest.Run(t, func() storetest.World {
				worlds++
				prefixed.prefix = fmt.Sprintf("%s/%d/", name, worlds)
				prefix := prefixed.prefix
				w := prefixed.world(&met)
				w.Put = func(name string, text []byte) { putObject(t, client, prefix+name+".yaml", text) }
				return w
			})
			t.Logf("%d faults at each of the first %d requests: %d were met", len(outcomes()), steps, met)
		})
	}
}

// startMinIO starts a server and returns its address.
func startMinIO(t testing.TB) (address string) {
	t.Helper()
	program := os.Getenv(minioVariable)
	if program == "" {
		t.Skipf("no server of another's: %s does not name a MinIO server; .ci/run builds one", minioVariable)
	}
	address, dir := freeAddress(t), t.TempDir()
	cmd := exec.Command(program, "server", "--address", address, "--console-address", freeAddress(t), dir+"/data")
	cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "MINIO_ROOT_USER=rootuser", "MINIO_ROOT_PASSWORD=rootpass123",
		"MINIO_BROWSER=off", "MINIO_UPDATE=off",
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	for began := time.Now(); ; {
		resp, err := http.Get("http://" + address + "/minio/health/ready")
		if err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return address
			}
		}
		if time.Since(began) > time.Minute {
			t.Fatalf("the server is not ready after a minute: %v", err)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func freeAddress(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// ownerOf is a client of the owner of the buckets.
func ownerOf(address string) *sdk.Client {
	return sdk.New(sdk.Options{Region: region, Credentials: credentials, BaseEndpoint: aws.String("http://" + address), UsePathStyle: true})
}

// makeBucket makes the bucket if it is not there, and has it keep versions or not.
func makeBucket(t testing.TB, client *sdk.Client, versioned bool) {
	t.Helper()
	_, err := client.CreateBucket(t.Context(), &sdk.CreateBucketInput{Bucket: aws.String(bucket)})
	if _, there := errors.AsType[*types.BucketAlreadyOwnedByYou](err); err != nil && !there {
		t.Fatal(err)
	}
	if !versioned {
		return
	}
	if _, err := client.PutBucketVersioning(t.Context(), &sdk.PutBucketVersioningInput{
		Bucket: aws.String(bucket), VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusEnabled},
	}); err != nil {
		t.Fatal(err)
	}
}

func putObject(t testing.TB, client *sdk.Client, key string, text []byte) {
	t.Helper()
	in := &sdk.PutObjectInput{Bucket: aws.String(bucket), Key: &key, Body: bytes.NewReader(text)}
	if _, err := client.PutObject(context.WithoutCancel(t.Context()), in); err != nil {
		t.Fatal(err)
	}
}
