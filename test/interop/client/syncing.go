package main

import (
	"context"
	"encoding/json"
	"errors"

	v2 "github.com/conductorone/baton-sdk/pb/c1/connector/v2"
	"github.com/conductorone/baton-sdk/pkg/dotc1z/c1zstore"
	"github.com/conductorone/baton-sdk/pkg/sync"
	"github.com/conductorone/baton-sdk/pkg/types"
)

func syncOnce(ctx context.Context, client types.ConnectorClient, o options) error {
	targets, err := parseTargets(o.targets)
	if err != nil {
		return err
	}
	settings := []sync.SyncOpt{
		sync.WithC1ZPath(o.c1z),
		sync.WithTmpDir(o.tmp),
		sync.WithStorageEngine(c1zstore.Engine(o.engine)),
		sync.WithWorkerCount(o.workers),
	}
	if len(targets) > 0 {
		settings = append(settings, sync.WithTargetedSyncResources(targets))
	} else {
		// What production only warns of fails here. A partial sync lacks rows by its nature.
		settings = append(settings, sync.WithFailFastInvariants())
	}
	syncer, err := sync.NewSyncer(ctx, client, settings...)
	if err != nil {
		return err
	}
	// Only Close writes the file, after an error as well: that is what an interrupted sync goes on from.
	return errors.Join(syncer.Sync(ctx), syncer.Close(ctx))
}

func parseTargets(text string) ([]*v2.Resource, error) {
	if text == "" {
		return nil, nil
	}
	var parsed []struct{ Type, ID, ParentType, ParentID string }
	if err := json.Unmarshal([]byte(text), &parsed); err != nil {
		return nil, err
	}
	var targets []*v2.Resource
	for _, target := range parsed {
		resource := &v2.Resource{Id: &v2.ResourceId{ResourceType: target.Type, Resource: target.ID}}
		if target.ParentID != "" {
			resource.ParentResourceId = &v2.ResourceId{ResourceType: target.ParentType, Resource: target.ParentID}
		}
		targets = append(targets, resource)
	}
	return targets, nil
}
