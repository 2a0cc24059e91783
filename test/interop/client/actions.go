package main

import (
	"context"
	"encoding/json"
	"fmt"

	v2 "github.com/conductorone/baton-sdk/pb/c1/connector/v2"
	"github.com/conductorone/baton-sdk/pkg/tasks"
	"github.com/conductorone/baton-sdk/pkg/tasks/local"
	"github.com/conductorone/baton-sdk/pkg/types"
	"google.golang.org/protobuf/types/known/structpb"
)

type actionOptions struct{ name, resourceType, args string }

// listActions does what --list-action-schemas of a Go connector does, and tells the names besides.
func listActions(ctx context.Context, client types.ConnectorClient, o actionOptions) ([]string, error) {
	if err := process(ctx, client, local.NewListActionSchemas(ctx, o.resourceType)); err != nil {
		return nil, err
	}
	answer, err := client.ListActionSchemas(ctx, v2.ListActionSchemasRequest_builder{ResourceTypeId: o.resourceType}.Build())
	if err != nil {
		return nil, err
	}
	names := []string{}
	for _, schema := range answer.GetSchemas() {
		name := schema.GetName()
		if schema.GetResourceTypeId() != "" {
			name = schema.GetResourceTypeId() + "." + name
		}
		names = append(names, name)
	}
	return names, nil
}

// invokeAction does what --invoke-action of a Go connector does: it asks until the action has ended.
func invokeAction(ctx context.Context, client types.ConnectorClient, o actionOptions) error {
	args := map[string]any{}
	if err := json.Unmarshal([]byte(o.args), &args); err != nil {
		return fmt.Errorf("arguments: %w", err)
	}
	given, err := structpb.NewStruct(args)
	if err != nil {
		return fmt.Errorf("arguments: %w", err)
	}
	return process(ctx, client, local.NewActionInvoker(ctx, "", o.name, o.resourceType, given))
}

func process(ctx context.Context, client types.ConnectorClient, manager tasks.Manager) error {
	task, _, err := manager.Next(ctx)
	if err != nil {
		return err
	}
	return manager.Process(ctx, task, client)
}
