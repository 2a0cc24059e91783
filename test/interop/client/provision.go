package main

import (
	"context"
	"errors"

	"github.com/conductorone/baton-sdk/pkg/provisioner"
	"github.com/conductorone/baton-sdk/pkg/types"
)

type grantOptions struct{ entitlement, principalType, principal string }

func grant(ctx context.Context, client types.ConnectorClient, c1z string, o grantOptions) error {
	return finish(ctx, provisioner.NewGranter(client, c1z, o.entitlement, o.principal, o.principalType))
}

func revoke(ctx context.Context, client types.ConnectorClient, c1z string, grantID string) error {
	return finish(ctx, provisioner.NewRevoker(client, c1z, grantID))
}

func finish(ctx context.Context, task *provisioner.Provisioner) error {
	return errors.Join(task.Run(ctx), task.Close(ctx))
}
