package main

import (
	"context"
	"encoding/json"

	"github.com/conductorone/baton-sdk/pkg/provisioner"
	"github.com/conductorone/baton-sdk/pkg/types"
	"google.golang.org/protobuf/types/known/structpb"
)

type accountOptions struct{ login, email, profile string }

// createAsCommandLine does what --create-account-login of every Go connector does: it asks for a random password, and
// throws the key away that could open it.
func createAsCommandLine(ctx context.Context, client types.ConnectorClient, c1z string, o accountOptions) error {
	fields := map[string]any{}
	if err := json.Unmarshal([]byte(o.profile), &fields); err != nil {
		return err
	}
	profile, err := structpb.NewStruct(fields)
	if err != nil {
		return err
	}
	return finish(ctx, provisioner.NewCreateAccountManager(client, c1z, o.login, o.email, profile, "user"))
}

// deleteAsCommandLine does what --delete-resource of every Go connector does.
func deleteAsCommandLine(ctx context.Context, client types.ConnectorClient, c1z, id, typeID string) error {
	return finish(ctx, provisioner.NewResourceDeleter(client, c1z, id, typeID))
}
