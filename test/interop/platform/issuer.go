package main

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/conductorone/baton-sdk/pkg/crypto"
	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// issuer gives access tokens to the one client that there is.
type issuer struct {
	clientID, clientSecret string
	host                   string
	public                 ed25519.PublicKey
	lifetime               time.Duration
	clockAhead             time.Duration
	mu                     sync.Mutex
	ends                   map[string]time.Time
}

const (
	host          = "localhost"
	assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
)

func newIssuer(port int, s *script) (*issuer, error) {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	key, err := (&jose.JSONWebKey{Key: private}).MarshalJSON()
	if err != nil {
		return nil, err
	}
	secret := "secret-token:conductorone.com:v1:" + base64.RawURLEncoding.EncodeToString(key)
	if _, err := crypto.ParseClientSecret([]byte(secret), false); err != nil {
		return nil, err
	}
	address := fmt.Sprintf("%s:%d", host, port)
	return &issuer{
		clientID: "gentle-otter-1@" + address + "/descope", clientSecret: secret, host: address, public: public,
		lifetime: time.Duration(s.TokenSeconds) * time.Second, clockAhead: ms(s.ClockAhead), ends: map[string]time.Time{},
	}, nil
}

// serve answers requests for tokens. The double decides which of them fail.
func (i *issuer) serve(listener net.Listener, p *platform) error {
	return http.Serve(listener, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		one := p.trace.begin("Token", "", r.RemoteAddr)
		w.Header().Set("Date", time.Now().Add(i.clockAhead).UTC().Format(http.TimeFormat))
		facts, err := i.check(r)
		one.Token = facts
		f := p.script.faultOf(one.Call, "", one.nth, one.nthOfTask)
		code := http.StatusOK
		switch {
		case f != nil && f.Status != 0:
			code = f.Status
		case err != nil:
			code, one.Reason = http.StatusUnauthorized, err.Error()
		}
		one.Status = strconv.Itoa(code)
		p.trace.tell(one)
		p.strike(f, r.RemoteAddr)
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(code)
		if code != http.StatusOK {
			_, _ = io.WriteString(w, `{"error":"invalid_client"}`)
			return
		}
		_ = json.NewEncoder(w).Encode(map[string]any{
			"access_token": i.issue(), "token_type": "bearer", "expires_in": int(i.lifetime.Seconds()),
		})
	}))
}

func (i *issuer) issue() string {
	random := make([]byte, 24)
	_, _ = rand.Read(random)
	token := base64.RawURLEncoding.EncodeToString(random)
	i.mu.Lock()
	defer i.mu.Unlock()
	i.ends[token] = time.Now().Add(i.lifetime)
	return token
}

// state says what a token is: valid, ended or unknown.
func (i *issuer) state(token string) string {
	i.mu.Lock()
	defer i.mu.Unlock()
	end, ok := i.ends[token]
	switch {
	case !ok:
		return "unknown"
	case time.Now().After(end):
		return "ended"
	default:
		return "valid"
	}
}

func (i *issuer) endAll() {
	i.mu.Lock()
	defer i.mu.Unlock()
	for token := range i.ends {
		i.ends[token] = time.Now()
	}
}

// check holds a request for a token to the rules, and tells its facts.
func (i *issuer) check(r *http.Request) (map[string]any, error) {
	facts := map[string]any{
		"method": r.Method, "path": r.URL.Path, "host": r.Host == i.host,
		"contentType": r.Header.Get("Content-Type"), "userAgent": r.UserAgent(),
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<16))
	if err != nil {
		return facts, err
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return facts, err
	}
	fields := []string{}
	for name := range form {
		fields = append(fields, name)
	}
	slices.Sort(fields)
	facts["fields"], facts["grantType"], facts["assertionType"] = fields, form.Get("grant_type"), form.Get("client_assertion_type")
	assertion, err := jwt.ParseSigned(form.Get("client_assertion"), []jose.SignatureAlgorithm{jose.EdDSA})
	if err != nil {
		return facts, err
	}
	claims, all := jwt.Claims{}, map[string]any{}
	if err := assertion.Claims(i.public, &claims, &all); err != nil {
		return facts, err
	}
	i.tellClaims(facts, assertion, claims, all)
	now := time.Now().Add(i.clockAhead)
	expected := jwt.Expected{Issuer: i.clientID, Subject: i.clientID, AnyAudience: jwt.Audience{host}, Time: now}
	switch {
	case r.Method != http.MethodPost || r.URL.Path != "/auth/v1/token":
		return facts, fmt.Errorf("not the address of tokens")
	case form.Get("grant_type") != "client_credentials" || form.Get("client_assertion_type") != assertionType:
		return facts, fmt.Errorf("not the grant of a client")
	case form.Get("client_id") != i.clientID:
		return facts, fmt.Errorf("another client")
	}
	return facts, claims.ValidateWithLeeway(expected, 30*time.Second)
}

func (i *issuer) tellClaims(facts map[string]any, assertion *jwt.JSONWebToken, claims jwt.Claims, all map[string]any) {
	names := []string{}
	for name := range all {
		names = append(names, name)
	}
	slices.Sort(names)
	facts["claims"] = names
	facts["issuer"], facts["subject"] = claims.Issuer == i.clientID, claims.Subject == i.clientID
	facts["audience"] = all["aud"]
	facts["goodFor"] = claims.Expiry.Time().Sub(claims.IssuedAt.Time()).String()
	facts["goodBefore"] = claims.IssuedAt.Time().Sub(claims.NotBefore.Time()).String()
	facts["algorithm"], facts["nonceLength"] = assertion.Headers[0].Algorithm, len(assertion.Headers[0].Nonce)
}
