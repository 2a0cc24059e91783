package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"filippo.io/age"
	v2 "github.com/conductorone/baton-sdk/pb/c1/connector/v2"
	"github.com/conductorone/baton-sdk/pkg/crypto"
	"github.com/conductorone/baton-sdk/pkg/crypto/providers/jwk"
	"github.com/go-jose/go-jose/v4"
	"google.golang.org/protobuf/encoding/protojson"
)

// reader is somebody who asks for a secret: what goes into a request, and the private half, which opens the answer.
type reader struct {
	Kind    string          `json:"kind"`
	Config  json.RawMessage `json:"config"`
	Private string          `json:"private"`
}

// sealed is an EncryptedData that was answered, and who is to open it.
type sealed struct {
	Data    json.RawMessage `json:"data"`
	Private string          `json:"private"`
}

// newReaders makes a key of every kind that the SDK can encrypt for. Its own check of recipients passes them all.
func newReaders() ([]reader, error) {
	_, edKey, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	keys := map[string]any{"Ed25519": edKey}
	for name, curve := range map[string]elliptic.Curve{"P-256": elliptic.P256(), "P-384": elliptic.P384(), "P-521": elliptic.P521()} {
		if keys[name], err = ecdsa.GenerateKey(curve, rand.Reader); err != nil {
			return nil, err
		}
	}
	for _, bits := range []int{2048, 3072} {
		if keys[fmt.Sprintf("RSA %d", bits)], err = rsa.GenerateKey(rand.Reader, bits); err != nil {
			return nil, err
		}
	}
	var readers []reader
	for kind, key := range keys {
		private := jose.JSONWebKey{Key: key}
		public, err := private.Public().MarshalJSON()
		if err != nil {
			return nil, err
		}
		whole, err := private.MarshalJSON()
		if err != nil {
			return nil, err
		}
		config := v2.EncryptionConfig_builder{
			Provider:           jwk.EncryptionProviderJwk,
			JwkPublicKeyConfig: v2.EncryptionConfig_JWKPublicKeyConfig_builder{PubKey: public}.Build(),
		}.Build()
		if readers, err = with(readers, kind, config, string(whole)); err != nil {
			return nil, err
		}
	}
	plain, err := age.GenerateX25519Identity()
	if err != nil {
		return nil, err
	}
	hybrid, err := age.GenerateHybridIdentity()
	if err != nil {
		return nil, err
	}
	for _, identity := range [][3]string{
		{"age", plain.Recipient().String(), plain.String()},
		{"age hybrid", hybrid.Recipient().String(), hybrid.String()},
	} {
		config := v2.EncryptionConfig_builder{
			AgeRecipientConfig: v2.EncryptionConfig_AgeRecipientConfig_builder{Recipient: identity[1]}.Build(),
		}.Build()
		if readers, err = with(readers, identity[0], config, identity[2]); err != nil {
			return nil, err
		}
	}
	return readers, nil
}

func with(readers []reader, kind string, config *v2.EncryptionConfig, private string) ([]reader, error) {
	if err := crypto.ValidateEncryptionConfigs([]*v2.EncryptionConfig{config}); err != nil {
		return nil, fmt.Errorf("%s: %w", kind, err)
	}
	encoded, err := protojson.Marshal(config)
	if err != nil {
		return nil, err
	}
	return append(readers, reader{Kind: kind, Config: encoded, Private: private}), nil
}

// unsealFile opens what a JSON file lists, each with its private half.
func unsealFile(ctx context.Context, path string) ([]string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var all []sealed
	if err := json.Unmarshal(text, &all); err != nil {
		return nil, err
	}
	opened := []string{}
	for _, one := range all {
		plain, err := unseal(ctx, one)
		if err != nil {
			return nil, err
		}
		opened = append(opened, plain)
	}
	return opened, nil
}

func unseal(ctx context.Context, one sealed) (string, error) {
	data := &v2.EncryptedData{}
	if err := protojson.Unmarshal(one.Data, data); err != nil {
		return "", err
	}
	if strings.HasPrefix(one.Private, "AGE-SECRET-KEY-") {
		return unsealAge(data, one.Private)
	}
	key := &jose.JSONWebKey{}
	if err := key.UnmarshalJSON([]byte(one.Private)); err != nil {
		return "", err
	}
	thumbprint, err := jwk.Thumbprint(key)
	if err != nil {
		return "", err
	}
	if data.GetKeyId() != thumbprint || len(data.GetKeyIds()) != 1 || data.GetKeyIds()[0] != thumbprint {
		return "", fmt.Errorf("key ids %q and %v, want %q", data.GetKeyId(), data.GetKeyIds(), thumbprint)
	}
	plain, err := (&jwk.JWKEncryptionProvider{}).Decrypt(ctx, data, key)
	if err != nil {
		return "", err
	}
	return string(plain.GetBytes()), nil
}

func unsealAge(data *v2.EncryptedData, private string) (string, error) {
	identities, err := age.ParseIdentities(strings.NewReader(private))
	if err != nil {
		return "", err
	}
	file, err := age.Decrypt(strings.NewReader(string(data.GetEncryptedBytes())), identities...)
	if err != nil {
		return "", err
	}
	plain, err := io.ReadAll(file)
	return string(plain), err
}
