package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	v2 "github.com/conductorone/baton-sdk/pb/c1/connector/v2"
	"github.com/conductorone/baton-sdk/pkg/provisioner"
	"github.com/conductorone/baton-sdk/pkg/types"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
)

// rotateAsCommandLine does what --rotate-credentials of every Go connector does, with a key that the SDK makes for it.
func rotateAsCommandLine(ctx context.Context, client types.ConnectorClient, c1z, id, typeID string) error {
	return finish(ctx, provisioner.NewCredentialRotator(client, c1z, id, typeID))
}

// call sends one request about accounts or credentials, which a file has as JSON, and gives the answer as JSON.
func call(ctx context.Context, client types.ConnectorClient, method, path string) (json.RawMessage, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	switch method {
	case "RotateCredential":
		return send(text, &v2.RotateCredentialRequest{}, func(request *v2.RotateCredentialRequest) (proto.Message, error) {
			return client.RotateCredential(ctx, request)
		})
	case "IssueCredential":
		return send(text, &v2.IssueCredentialRequest{}, func(request *v2.IssueCredentialRequest) (proto.Message, error) {
			return client.IssueCredential(ctx, request)
		})
	case "CreateAccount":
		return send(text, &v2.CreateAccountRequest{}, func(request *v2.CreateAccountRequest) (proto.Message, error) {
			return client.CreateAccount(ctx, request)
		})
	case "InvokeAction":
		return send(text, &v2.InvokeActionRequest{}, func(request *v2.InvokeActionRequest) (proto.Message, error) {
			return client.InvokeAction(ctx, request)
		})
	case "DeleteResourceV2":
		return send(text, &v2.DeleteResourceV2Request{}, func(request *v2.DeleteResourceV2Request) (proto.Message, error) {
			return client.DeleteResourceV2(ctx, request)
		})
	default:
		return nil, fmt.Errorf("no such method: %q", method)
	}
}

func send[Request proto.Message](text []byte, request Request, do func(Request) (proto.Message, error)) (json.RawMessage, error) {
	if err := protojson.Unmarshal(text, request); err != nil {
		return nil, err
	}
	answer, err := do(request)
	if err != nil {
		return nil, err
	}
	return protojson.Marshal(answer)
}
