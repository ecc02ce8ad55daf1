package awstest_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/escapement-go/escapement/providers/awstest"
)

// present assumes the role with a token and returns the code of what AWS says.
func (a account) present(token string) string {
	_, err := a.assume(func(in *assumeInput) { in.WebIdentityToken = aws.String(token) })
	return code(err)
}

// tokens tries tokens by name: what AWS is to say, and the token.
func (a account) tokens(table map[string][2]string) {
	a.Helper()
	for name, c := range table {
		if got := a.present(c[1]); got != c[0] {
			a.Errorf("%s: %q, want %q", name, got, c[0])
		}
	}
}

var oidcStatements = []statement{
	{"RS256 and ES256 are verified, other algorithms refused", federated(), func(a account) {
		a.tokens(map[string][2]string{
			"RS256":        {"", mint(byRSA, good(nil))},
			"ES256":        {"", mint(byEC, good(nil))},
			"none":         {"InvalidIdentityToken", mint(claims{"alg": "none", "kid": "r"}, good(nil))},
			"RS512":        {"InvalidIdentityToken", mint(claims{"alg": "RS512", "kid": "r"}, good(nil))},
			"key mismatch": {"InvalidIdentityToken", mint(claims{"alg": "RS256", "kid": "e"}, good(nil))},
		})
	}},
	{"a wrong, missing or foreign signature is InvalidIdentityToken", federated(), func(a account) {
		token := mint(byEC, good(nil))
		parts := strings.Split(token, ".")
		other := strings.Split(mint(byEC, good(claims{"sub": "x"})), ".")
		a.tokens(map[string][2]string{
			"of another token": {"InvalidIdentityToken", parts[0] + "." + other[1] + "." + parts[2]},
			"missing":          {"InvalidIdentityToken", parts[0] + "." + parts[1] + "."},
			"two parts":        {"InvalidIdentityToken", parts[0] + "." + parts[1]},
			"garbage":          {"InvalidIdentityToken", "a.b.c"},
			"not base64":       {"InvalidIdentityToken", parts[0] + "." + parts[1] + ".*"},
			"unknown key":      {"InvalidIdentityToken", mint(claims{"alg": "ES256", "kid": "unknown"}, good(nil))},
			"encryption key":   {"InvalidIdentityToken", mint(claims{"alg": "ES256", "kid": "enc"}, good(nil))},
			"empty key":        {"InvalidIdentityToken", mint(claims{"alg": "RS256", "kid": "empty"}, good(nil))},
			"no such point":    {"InvalidIdentityToken", mint(claims{"alg": "ES256", "kid": "off"}, good(nil))},
			"long coordinate":  {"InvalidIdentityToken", mint(claims{"alg": "ES256", "kid": "long"}, good(nil))},
			"no key id":        {"", mint(claims{"alg": "ES256"}, good(nil))},
		})
	}},
	{"iss must be registered exactly", federated(), func(a account) {
		a.tokens(map[string][2]string{
			"unknown": {"InvalidIdentityToken", mint(byEC, good(claims{"iss": "https://elsewhere.example.com"}))},
			"slash":   {"InvalidIdentityToken", mint(byEC, good(claims{"iss": issuerURL + "/"}))},
			"http":    {"InvalidIdentityToken", mint(byEC, good(claims{"iss": "http" + issuerURL[5:]}))},
			"missing": {"InvalidIdentityToken", mint(byEC, good(claims{"iss": nil}))},
		})
	}},
	{"aud must be a client id, or azp if aud is a list", federated(), func(a account) {
		a.tokens(map[string][2]string{
			"unknown":                {"InvalidIdentityToken", mint(byEC, good(claims{"aud": "nobody"}))},
			"missing":                {"InvalidIdentityToken", mint(byEC, good(claims{"aud": nil}))},
			"list of one":            {"", mint(byEC, good(claims{"aud": []string{audience}}))},
			"list without azp":       {"InvalidIdentityToken", mint(byEC, good(claims{"aud": []string{audience, "x"}}))},
			"list with azp":          {"", mint(byEC, good(claims{"aud": []string{"x", "y"}, "azp": audience}))},
			"list with another azp":  {"InvalidIdentityToken", mint(byEC, good(claims{"aud": []string{audience}, "azp": "x"}))},
			"registered, not in aud": {"AccessDenied", mint(byEC, good(claims{"aud": "other"}))},
		})
	}},
	{"exp, iat and nbf are held against the account's clock", federated(), func(a account) {
		now := awstest.Epoch.Unix()
		a.tokens(map[string][2]string{
			"expired":      {"ExpiredTokenException", mint(byEC, good(claims{"exp": now}))},
			"one second":   {"", mint(byEC, good(claims{"exp": now + 1}))},
			"no exp":       {"InvalidIdentityToken", mint(byEC, good(claims{"exp": nil}))},
			"iat now":      {"", mint(byEC, good(claims{"iat": now}))},
			"iat tomorrow": {"InvalidIdentityToken", mint(byEC, good(claims{"iat": now + 86400}))},
			"no iat":       {"InvalidIdentityToken", mint(byEC, good(claims{"iat": nil}))},
			"nbf tomorrow": {"InvalidIdentityToken", mint(byEC, good(claims{"nbf": now + 86400}))},
			"no nbf":       {"", mint(byEC, good(claims{"nbf": nil}))},
			"exp as text":  {"InvalidIdentityToken", mint(byEC, good(claims{"exp": "soon"}))},
		})
		token := mint(byEC, good(nil))
		a.Advance(10 * minute)
		if got := a.present(token); got != "ExpiredTokenException" {
			a.Error(got)
		}
	}},
	{"sub must be there", federated(), func(a account) {
		a.tokens(map[string][2]string{
			"missing": {"InvalidIdentityToken", mint(byEC, good(claims{"sub": nil}))},
			"empty":   {"InvalidIdentityToken", mint(byEC, good(claims{"sub": ""}))},
		})
	}},
	{"the trust policy decides on sub and aud", federated(), func(a account) {
		a.tokens(map[string][2]string{
			"another environment":  {"", mint(byEC, good(claims{"sub": "pulumi:environments:org:contoso:env:x"}))},
			"another organization": {"AccessDenied", mint(byEC, good(claims{"sub": "pulumi:environments:org:evil:env:x"}))},
			"another case":         {"AccessDenied", mint(byEC, good(claims{"sub": strings.ToUpper(subject)}))},
		})
	}},
	{"every form of trust policy that federation uses", federated(), func(a account) {
		for name, c := range trustPolicies {
			policy := strings.NewReplacer("PROVIDER", "arn:aws:iam::123456789012:oidc-provider/tokens.example.com/a", "ISSUER", "tokens.example.com/a").Replace(c[1])
			if err := a.AddRole(awstest.Role{Name: name, TrustPolicy: policy}); err != nil {
				a.Errorf("%s: %v", name, err)
				continue
			}
			_, err := a.assume(func(in *assumeInput) { in.RoleArn = aws.String(a.RoleARN(name)) })
			if got := code(err); got != c[0] {
				a.Errorf("%s: %q, want %q", name, got, c[0])
			}
		}
	}},
	{"a trust policy that cannot be judged is an error", federated(), func(a account) {
		for _, policy := range []string{
			"", "{", `{"Statement":{"Effect":"Perhaps"}}`, `{"Statement":[{"Effect":"Allow","Principal":{"Federated":"x"},"Action":"*","Condition":{"IpAddress":{"aws:SourceIp":"::1"}}}]}`,
			`{"Statement":{"Effect":"Allow","NotPrincipal":{"Federated":"x"},"Action":"*"}}`, `{"Statement":7}`, `{} {}`,
			`{"Statement":{"Effect":"Allow","Principal":{"Federated":7},"Action":"*"}}`,
		} {
			if err := a.AddRole(awstest.Role{Name: "bad", TrustPolicy: policy}); err == nil {
				a.Errorf("%s is accepted", policy)
			}
		}
	}},
	{"documents that cannot be had are IDPCommunicationError", federated(), func(a account) {
		for name, documents := range map[string]map[string][]byte{
			"none":            {},
			"no JSON":         {".well-known/openid-configuration": []byte("<html>")},
			"another issuer":  {".well-known/openid-configuration": asJSON(map[string]any{"issuer": "https://x", "jwks_uri": issuerURL + "/j"}), "j": []byte("{}")},
			"no keys":         {".well-known/openid-configuration": asJSON(map[string]any{"issuer": issuerURL, "jwks_uri": issuerURL + "/j"})},
			"keys elsewhere":  {".well-known/openid-configuration": asJSON(map[string]any{"issuer": issuerURL, "jwks_uri": "https://x/j"}), "j": []byte("{}")},
			"keys no JSON":    {".well-known/openid-configuration": asJSON(map[string]any{"issuer": issuerURL, "jwks_uri": issuerURL + "/j"}), "j": []byte("[")},
			"keys of no type": {".well-known/openid-configuration": asJSON(map[string]any{"issuer": issuerURL, "jwks_uri": issuerURL + "/j"}), "j": []byte(`{"keys":7}`)},
		} {
			if err := a.AddIssuer(awstest.Issuer{URL: issuerURL, ClientIDs: []string{audience}, Documents: documents}); err != nil {
				a.Fatal(err)
			}
			if got := a.present(mint(byEC, good(nil))); got != "IDPCommunicationError" {
				a.Errorf("%s: %q", name, got)
			}
		}
	}},
	{"documents are fetched over HTTP for each token", federated(), func(a account) {
		documents := map[string][]byte{}
		fetched := 0
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			fetched++
			data, found := documents[r.URL.Path]
			if !found {
				http.NotFound(w, r)
			}
			_, _ = w.Write(data)
		}))
		defer server.Close()
		if err := a.AddIssuer(awstest.Issuer{URL: server.URL, ClientIDs: []string{audience}}); err != nil {
			a.Fatal(err)
		}
		token := mint(byEC, good(claims{"iss": server.URL}))
		if got := a.present(token); got != "IDPCommunicationError" {
			a.Errorf("without documents: %q", got)
		}
		documents["/.well-known/openid-configuration"] = asJSON(map[string]any{"issuer": server.URL, "jwks_uri": server.URL + "/keys"})
		documents["/keys"] = published()[".well-known/jwks.json"]
		if got := a.present(token); got != "AccessDenied" || fetched != 3 {
			a.Errorf("with documents, and a role that trusts another issuer: %q after %d requests", got, fetched)
		}
	}},
	{"an issuer needs a URL and an audience", federated(), func(a account) {
		for _, i := range []awstest.Issuer{{URL: "tokens", ClientIDs: []string{"x"}}, {URL: "https://x?y", ClientIDs: []string{"x"}}, {URL: "https://x"}, {URL: "ftp://x", ClientIDs: []string{"x"}}} {
			if err := a.AddIssuer(i); err == nil {
				a.Errorf("%q is accepted", i.URL)
			}
		}
	}},
}

// trustPolicies are what AWS says to the good token, and the policy.
var trustPolicies = map[string][2]string{
	"no-condition":      {"", `{"Statement":{"Effect":"Allow","Principal":{"Federated":"PROVIDER"},"Action":"sts:AssumeRoleWithWebIdentity"}}`},
	"list-of-actions":   {"", `{"Statement":{"Effect":"Allow","Principal":{"Federated":["x","PROVIDER"]},"Action":["sts:TagSession","sts:AssumeRoleWithWebIdentity"]}}`},
	"wild-action":       {"", `{"Statement":{"Effect":"Allow","Principal":{"Federated":"PROVIDER"},"Action":"sts:Assume*"}}`},
	"any-principal":     {"", `{"Statement":{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRoleWithWebIdentity"}}`},
	"another-provider":  {"AccessDenied", `{"Statement":{"Effect":"Allow","Principal":{"Federated":"PROVIDERx"},"Action":"sts:AssumeRoleWithWebIdentity"}}`},
	"an-account":        {"AccessDenied", `{"Statement":{"Effect":"Allow","Principal":{"AWS":"123456789012"},"Action":"sts:AssumeRoleWithWebIdentity"}}`},
	"another-action":    {"AccessDenied", `{"Statement":{"Effect":"Allow","Principal":{"Federated":"PROVIDER"},"Action":"sts:AssumeRole"}}`},
	"equals":            {"", condition("StringEquals", "sub", subject)},
	"equals-no-wild":    {"AccessDenied", condition("StringEquals", "sub", "pulumi:*")},
	"equals-one-of":     {"", condition("StringEquals", "sub", "x", subject)},
	"like-star":         {"", condition("StringLike", "sub", "pulumi:*:env:*")},
	"like-mark":         {"", condition("StringLike", "sub", strings.Replace(subject, "contoso", "cont?so", 1))},
	"like-mark-short":   {"AccessDenied", condition("StringLike", "sub", subject+"?")},
	"like-backtrack":    {"", condition("StringLike", "sub", "*env*:*/*v")},
	"like-not":          {"AccessDenied", condition("StringLike", "sub", "pulumi:*:env")},
	"any-value-equals":  {"", condition("ForAnyValue:StringEquals", "aud", "x", audience)},
	"any-value-like":    {"", condition("ForAnyValue:StringLike", "sub", "x", "*dev")},
	"aud-not":           {"AccessDenied", condition("StringEquals", "aud", "other")},
	"key-case":          {"", condition("StringEquals", "SUB", subject)},
	"unknown-key":       {"AccessDenied", condition("StringLike", "email", "*")},
	"no-value":          {"AccessDenied", condition("StringLike", "sub")},
	"denied":            {"AccessDenied", `{"Statement":[{"Effect":"Allow","Principal":"*","Action":"*"},{"Effect":"Deny","Principal":"*","Action":"*"}]}`},
	"denied-to-another": {"", `{"Statement":[{"Effect":"Deny","Principal":{"Federated":"x"},"Action":"*"},{"Effect":"Allow","Principal":"*","Action":"*"}]}`},
	"no-statement":      {"AccessDenied", `{"Version":"2012-10-17","Statement":[]}`},
}

func condition(operator, key string, values ...string) string {
	list, _ := json.Marshal(append([]string{}, values...))
	return `{"Version":"2012-10-17","Statement":[{"Sid":"a","Effect":"Allow","Principal":{"Federated":"PROVIDER"},"Action":"sts:AssumeRoleWithWebIdentity",` +
		`"Condition":{"` + operator + `":{"ISSUER:` + key + `":` + string(list) + `}}}]}`
}
