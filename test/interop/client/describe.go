package main

import (
	"context"
	"encoding/json"

	v2 "github.com/conductorone/baton-sdk/pb/c1/connector/v2"
	"github.com/conductorone/baton-sdk/pkg/types"
	"google.golang.org/protobuf/encoding/protojson"
)

// description is what a connector says of itself: the types that it lists, and all that it can do.
type description struct {
	ResourceTypes []json.RawMessage `json:"resourceTypes"`
	Metadata      json.RawMessage   `json:"metadata"`
}

func describe(ctx context.Context, client types.ConnectorClient) (*description, error) {
	result := &description{ResourceTypes: []json.RawMessage{}}
	err := collect(&result.ResourceTypes, func(token string) (page[*v2.ResourceType], error) {
		return client.ListResourceTypes(ctx, &v2.ResourceTypesServiceListResourceTypesRequest{PageToken: token})
	})
	if err != nil {
		return nil, err
	}
	answer, err := client.GetMetadata(ctx, &v2.ConnectorServiceGetMetadataRequest{})
	if err != nil {
		return nil, err
	}
	result.Metadata, err = protojson.Marshal(answer.GetMetadata())
	return result, err
}
