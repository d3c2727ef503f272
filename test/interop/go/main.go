// A relying party on go-oidc and golang.org/x/oauth2, told what to do by JSON lines on standard input.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

type command struct {
	Call         string   `json:"call"`
	Issuer       string   `json:"issuer"`
	ClientID     string   `json:"clientId"`
	ClientSecret string   `json:"clientSecret"`
	AuthMethod   string   `json:"authMethod"`
	RedirectURI  string   `json:"redirectUri"`
	Scopes       []string `json:"scopes"`
	Callback     string   `json:"callback"`
	IDToken      string   `json:"idToken"`
	AccessToken  string   `json:"accessToken"`
}

type login struct {
	IDToken      string         `json:"idToken"`
	AccessToken  string         `json:"accessToken"`
	RefreshToken string         `json:"refreshToken"`
	Claims       map[string]any `json:"claims"`
	UserInfo     map[string]any `json:"userinfo"`
}

// One login of one client, from its authorization URL on.
type session struct {
	issuer   string
	provider *oidc.Provider
	config   oauth2.Config
	state    string
	nonce    string
	verifier string
	tokens   *oauth2.Token
}

var authStyles = map[string]oauth2.AuthStyle{
	"client_secret_basic": oauth2.AuthStyleInHeader,
	"client_secret_post":  oauth2.AuthStyleInParams,
	"none":                oauth2.AuthStyleInParams,
}

func begin(ctx context.Context, providers map[string]*oidc.Provider, told command) (*session, error) {
	// A provider holds the key set it has read: every login at an issuer shares it, as in a real application.
	provider := providers[told.Issuer]
	if provider == nil {
		found, err := oidc.NewProvider(ctx, told.Issuer)
		if err != nil {
			return nil, err
		}
		providers[told.Issuer], provider = found, found
	}
	endpoint := provider.Endpoint()
	endpoint.AuthStyle = authStyles[told.AuthMethod]
	return &session{
		issuer:   told.Issuer,
		provider: provider,
		config: oauth2.Config{
			ClientID: told.ClientID, ClientSecret: told.ClientSecret, Endpoint: endpoint,
			RedirectURL: told.RedirectURI, Scopes: told.Scopes,
		},
		state: oauth2.GenerateVerifier(), nonce: oauth2.GenerateVerifier(), verifier: oauth2.GenerateVerifier(),
	}, nil
}

func (s *session) url() string {
	return s.config.AuthCodeURL(s.state, oidc.Nonce(s.nonce), oauth2.S256ChallengeOption(s.verifier))
}

// The library leaves state, `iss` (RFC 9207) and errors of the authorization response to the application.
func (s *session) finish(ctx context.Context, callback string) (*login, error) {
	parsed, err := url.Parse(callback)
	if err != nil {
		return nil, err
	}
	query := parsed.Query()
	if query.Get("state") != s.state {
		return nil, errors.New("state differs")
	}
	if query.Get("iss") != s.issuer {
		return nil, errors.New("iss differs")
	}
	if name := query.Get("error"); name != "" {
		return nil, errors.New(name)
	}
	if s.tokens, err = s.config.Exchange(ctx, query.Get("code"), oauth2.VerifierOption(s.verifier)); err != nil {
		return nil, err
	}
	raw, _ := s.tokens.Extra("id_token").(string)
	verified, err := s.verify(ctx, raw, s.tokens.AccessToken)
	if err != nil {
		return nil, err
	}
	return s.read(ctx, raw, verified)
}

// The library leaves the nonce to the application.
func (s *session) verify(ctx context.Context, raw, accessToken string) (*oidc.IDToken, error) {
	verified, err := s.provider.Verifier(&oidc.Config{ClientID: s.config.ClientID}).Verify(ctx, raw)
	if err != nil {
		return nil, err
	}
	if verified.Nonce != s.nonce {
		return nil, errors.New("nonce differs")
	}
	return verified, verified.VerifyAccessToken(accessToken)
}

func (s *session) refresh(ctx context.Context) (*login, error) {
	// A token source refreshes when the access token is missing or has expired.
	tokens, err := s.config.TokenSource(ctx, &oauth2.Token{RefreshToken: s.tokens.RefreshToken}).Token()
	if err != nil {
		return nil, err
	}
	s.tokens = tokens
	raw, _ := tokens.Extra("id_token").(string)
	verified, err := s.provider.Verifier(&oidc.Config{ClientID: s.config.ClientID}).Verify(ctx, raw)
	if err != nil {
		return nil, err
	}
	if err := verified.VerifyAccessToken(tokens.AccessToken); err != nil {
		return nil, err
	}
	return s.read(ctx, raw, verified)
}

func (s *session) read(ctx context.Context, raw string, verified *oidc.IDToken) (*login, error) {
	result := &login{IDToken: raw, AccessToken: s.tokens.AccessToken, RefreshToken: s.tokens.RefreshToken}
	if err := verified.Claims(&result.Claims); err != nil {
		return nil, err
	}
	info, err := s.provider.UserInfo(ctx, oauth2.StaticTokenSource(s.tokens))
	if err != nil {
		return nil, err
	}
	if info.Subject != verified.Subject {
		return nil, errors.New("sub of userinfo differs")
	}
	return result, info.Claims(&result.UserInfo)
}

func main() {
	ctx := context.Background()
	providers := map[string]*oidc.Provider{}
	var current *session
	answer := json.NewEncoder(os.Stdout)
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var told command
		var result any
		err := json.Unmarshal(lines.Bytes(), &told)
		if err == nil {
			switch told.Call {
			case "begin":
				if current, err = begin(ctx, providers, told); err == nil {
					result = current.url()
				}
			case "finish":
				result, err = current.finish(ctx, told.Callback)
			case "refresh":
				result, err = current.refresh(ctx)
			case "verify":
				_, err = current.verify(ctx, told.IDToken, told.AccessToken)
			default:
				err = fmt.Errorf("unknown call %q", told.Call)
			}
		}
		if err != nil {
			answer.Encode(map[string]string{"error": err.Error()})
		} else {
			answer.Encode(map[string]any{"result": result})
		}
	}
}
