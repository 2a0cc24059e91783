package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	v2 "github.com/conductorone/baton-sdk/pb/c1/connector/v2"
	"github.com/conductorone/baton-sdk/pkg/dotc1z"
	"github.com/conductorone/baton-sdk/pkg/dotc1z/c1zstore"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
)

// rows are the messages of the newest finished sync, as protobuf JSON.
type rows struct {
	Engine        string            `json:"engine"`
	SyncType      string            `json:"syncType"`
	ResourceTypes []json.RawMessage `json:"resourceTypes"`
	Resources     []json.RawMessage `json:"resources"`
	Entitlements  []json.RawMessage `json:"entitlements"`
	Grants        []json.RawMessage `json:"grants"`
	Expansions    []expansion       `json:"expansions"`
}

// expansion is what a grant passes on. Stores keep it beside the grant, not in it.
type expansion struct {
	Grant         string          `json:"grant"`
	Entitlement   string          `json:"entitlement"`
	PrincipalType string          `json:"principalType"`
	Principal     string          `json:"principal"`
	Annotation    json.RawMessage `json:"annotation"`
}

func readStore(ctx context.Context, file, tmp string) (_ *rows, err error) {
	store, err := dotc1z.NewStore(ctx, file, dotc1z.WithReadOnly(true), dotc1z.WithTmpDir(tmp))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, store.Close(ctx)) }()
	latest, err := store.SyncMeta().LatestFinishedSyncOfAnyType(ctx)
	if err != nil {
		return nil, err
	}
	if latest == nil {
		return nil, errors.New("no finished sync in the store")
	}
	if err := store.SetCurrentSync(ctx, latest.ID); err != nil {
		return nil, err
	}
	none := []json.RawMessage{} // empty lists, not null
	result := &rows{store.Metadata().Engine, string(latest.Type), none, none, none, none, []expansion{}}
	return result, errors.Join(
		collectExpansions(ctx, store, result),
		collect(&result.ResourceTypes, func(token string) (page[*v2.ResourceType], error) {
			return store.ListResourceTypes(ctx, &v2.ResourceTypesServiceListResourceTypesRequest{PageToken: token})
		}),
		collectResources(ctx, store, result),
		collect(&result.Entitlements, func(token string) (page[*v2.Entitlement], error) {
			return store.ListEntitlements(ctx, &v2.EntitlementsServiceListEntitlementsRequest{PageToken: token})
		}),
		collect(&result.Grants, func(token string) (page[*v2.Grant], error) {
			return store.ListGrants(ctx, &v2.GrantsServiceListGrantsRequest{PageToken: token})
		}),
	)
}

// collectResources asks type by type: the one form of the call that both engines have an index for.
func collectResources(ctx context.Context, store c1zstore.Store, result *rows) error {
	for _, raw := range result.ResourceTypes {
		resourceType := &v2.ResourceType{}
		if err := protojson.Unmarshal(raw, resourceType); err != nil {
			return err
		}
		err := collect(&result.Resources, func(token string) (page[*v2.Resource], error) {
			return store.ListResources(ctx, &v2.ResourcesServiceListResourcesRequest{ResourceTypeId: resourceType.Id, PageToken: token})
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// collectExpansions reads them as the syncer does when it makes its graph.
func collectExpansions(ctx context.Context, store c1zstore.Store, result *rows) error {
	for pending, err := range store.Grants().PendingExpansion(ctx) {
		if err != nil {
			return err
		}
		text, err := protojson.Marshal(pending.Annotation)
		if err != nil {
			return err
		}
		result.Expansions = append(result.Expansions, expansion{
			pending.GrantExternalID, pending.TargetEntitlementID, pending.PrincipalResourceTypeID, pending.PrincipalResourceID, text,
		})
	}
	return nil
}

type page[T proto.Message] interface {
	GetList() []T
	GetNextPageToken() string
}

func collect[T proto.Message](into *[]json.RawMessage, ask func(token string) (page[T], error)) error {
	for token := ""; ; {
		answer, err := ask(token)
		if err != nil {
			return err
		}
		for _, row := range answer.GetList() {
			text, err := protojson.Marshal(row)
			if err != nil {
				return fmt.Errorf("not JSON: %w", err)
			}
			*into = append(*into, text)
		}
		if token = answer.GetNextPageToken(); token == "" {
			return nil
		}
	}
}
