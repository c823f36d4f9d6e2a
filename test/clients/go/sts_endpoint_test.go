// Package clients runs the AWS SDK for Go v2 against the Coffer that run.ts has started. run.ts also makes the secret, the role and the token.
//
// Every client is configured by environment variables and files alone, because that is what docs/operating.md promises. HTTPS_PROXY points at a
// proxy on loopback that notes the host of each CONNECT request and refuses it. So a call to AWS is seen, and never leaves the machine.
package clients

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
)

// refusingProxy notes where clients want to connect to, and lets them connect to nothing.
type refusingProxy struct {
	mutex sync.Mutex
	hosts []string
}

func (p *refusingProxy) ServeHTTP(response http.ResponseWriter, request *http.Request) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.hosts = append(p.hosts, request.Host)
	response.WriteHeader(http.StatusForbidden)
}

// takeHosts returns the hosts since the last call.
func (p *refusingProxy) takeHosts() []string {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	hosts := p.hosts
	p.hosts = nil
	return hosts
}

var proxy = &refusingProxy{}

func TestMain(m *testing.M) {
	if os.Getenv("COFFER_CLIENT_TEST_URL") == "" {
		fmt.Fprintln(os.Stderr, "COFFER_CLIENT_TEST_URL is not set: start this suite with npm run test:clients")
		os.Exit(2)
	}
	server := httptest.NewServer(proxy)
	// Before the first request: net/http reads the variable once. Requests to loopback addresses use no proxy.
	os.Setenv("HTTPS_PROXY", server.URL)
	code := m.Run()
	server.Close()
	os.Exit(code)
}

// set leaves exactly these AWS variables, and those that are the same for every test.
func set(t *testing.T, variables map[string]string) {
	t.Helper()
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_ENDPOINT_URL_STS"} {
		t.Setenv(name, "")
	}
	t.Setenv("AWS_ENDPOINT_URL", os.Getenv("COFFER_CLIENT_TEST_URL"))
	t.Setenv("AWS_REGION", "eu-central-1")
	t.Setenv("AWS_MAX_ATTEMPTS", "1")
	for name, value := range variables {
		t.Setenv(name, value)
	}
}

// asPod has a token in a file and the ARN of a role, as a pod of Kubernetes.
func asPod(t *testing.T) {
	t.Helper()
	set(t, map[string]string{
		"AWS_ROLE_ARN":                os.Getenv("COFFER_CLIENT_TEST_ROLE_ARN"),
		"AWS_WEB_IDENTITY_TOKEN_FILE": os.Getenv("COFFER_CLIENT_TEST_TOKEN_FILE"),
	})
}

// withRoleProfile has a profile that assumes the role with the access key of another profile.
func withRoleProfile(t *testing.T) {
	t.Helper()
	id, secret := os.Getenv("AWS_ACCESS_KEY_ID"), os.Getenv("AWS_SECRET_ACCESS_KEY")
	credentials := fmt.Sprintf("[base]\naws_access_key_id = %s\naws_secret_access_key = %s\n", id, secret)
	profile := fmt.Sprintf("[profile app]\nrole_arn = %s\nsource_profile = base\n", os.Getenv("COFFER_CLIENT_TEST_ROLE_ARN"))
	set(t, map[string]string{
		"AWS_PROFILE":                 "app",
		"AWS_CONFIG_FILE":             write(t, "config", profile),
		"AWS_SHARED_CREDENTIALS_FILE": write(t, "credentials", credentials),
	})
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func readSecret(t *testing.T) (string, error) {
	t.Helper()
	settings, err := config.LoadDefaultConfig(t.Context())
	if err != nil {
		return "", err
	}
	return readWith(t.Context(), secretsmanager.NewFromConfig(settings))
}

func readWith(ctx context.Context, client *secretsmanager.Client) (string, error) {
	name := os.Getenv("COFFER_CLIENT_TEST_SECRET")
	answer, err := client.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &name})
	if err != nil {
		return "", err
	}
	return *answer.SecretString, nil
}

func readsFromCoffer(t *testing.T) {
	t.Helper()
	t.Setenv("AWS_ENDPOINT_URL_STS", os.Getenv("COFFER_CLIENT_TEST_URL"))
	value, err := readSecret(t)
	if err != nil || value != "value" {
		t.Fatalf("expected the value of the secret, got %q and the error: %v", value, err)
	}
	if hosts := proxy.takeHosts(); len(hosts) > 0 {
		t.Fatalf("expected no call beyond Coffer, got calls to %v", hosts)
	}
}

// callsAws is why AWS_ENDPOINT_URL_STS is documented: the SDK makes its STS client before it reads AWS_ENDPOINT_URL.
func callsAws(t *testing.T) {
	t.Helper()
	if value, err := readSecret(t); err == nil {
		t.Fatalf("expected the call to STS to fail, got the value %q", value)
	}
	const wanted = "sts.eu-central-1.amazonaws.com:443"
	if hosts := slices.Compact(proxy.takeHosts()); !slices.Equal(hosts, []string{wanted}) {
		t.Fatalf("expected a call to %s, got calls to %v", wanted, hosts)
	}
}

func TestAWebIdentityReadsASecretFromCofferAlone(t *testing.T) {
	asPod(t)
	readsFromCoffer(t)
}

func TestARoleProfileReadsASecretFromCofferAlone(t *testing.T) {
	withRoleProfile(t)
	readsFromCoffer(t)
}

func TestWithoutTheVariableForStsTheTokenOfAWebIdentityIsSentToAws(t *testing.T) {
	asPod(t)
	callsAws(t)
}

func TestWithoutTheVariableForStsARoleProfileCallsAws(t *testing.T) {
	withRoleProfile(t)
	callsAws(t)
}
