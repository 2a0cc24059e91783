package main

import (
	"context"
	"errors"
	"time"

	v2 "github.com/conductorone/baton-sdk/pb/c1/connector/v2"
	"github.com/conductorone/baton-sdk/pkg/actions"
	"github.com/conductorone/baton-sdk/pkg/annotations"
	"github.com/conductorone/baton-sdk/pkg/connectorbuilder"
	"github.com/conductorone/baton-sdk/pkg/pagination"
	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// GlobalActions are one that ends at once, one that outlasts its caller by a second or two, and one that fails.
func (d *demo) GlobalActions(ctx context.Context, registry actions.ActionRegistry) error {
	return errors.Join(
		registry.Register(ctx, action("short"), func(context.Context, *structpb.Struct) (*structpb.Struct, annotations.Annotations, error) {
			return done()
		}),
		registry.Register(ctx, action("long"), func(context.Context, *structpb.Struct) (*structpb.Struct, annotations.Annotations, error) {
			time.Sleep(2500 * time.Millisecond)
			return done()
		}),
		registry.Register(ctx, action("broken"), func(context.Context, *structpb.Struct) (*structpb.Struct, annotations.Annotations, error) {
			return nil, nil, errors.New("broken, as asked")
		}),
	)
}

func action(name string) *v2.BatonActionSchema {
	return v2.BatonActionSchema_builder{Name: name, DisplayName: name}.Build()
}

func done() (*structpb.Struct, annotations.Annotations, error) {
	result, err := structpb.NewStruct(map[string]any{"success": true})
	return result, nil, err
}

// EventFeeds is one feed with one event.
func (d *demo) EventFeeds(context.Context) []connectorbuilder.EventFeed {
	return []connectorbuilder.EventFeed{&feed{}}
}

type feed struct{}

func (f *feed) EventFeedMetadata(context.Context) *v2.EventFeedMetadata {
	return v2.EventFeedMetadata_builder{Id: "usage", SupportedEventTypes: []v2.EventType{v2.EventType_EVENT_TYPE_USAGE}}.Build()
}
func (f *feed) ListEvents(_ context.Context, from *timestamppb.Timestamp, _ *pagination.StreamToken) ([]*v2.Event, *pagination.StreamState, annotations.Annotations, error) {
	ada := v2.Resource_builder{Id: v2.ResourceId_builder{ResourceType: "user", Resource: "ada"}.Build()}.Build()
	acme := v2.Resource_builder{Id: v2.ResourceId_builder{ResourceType: "tenant", Resource: "acme"}.Build()}.Build()
	event := v2.Event_builder{
		Id: "event-1", OccurredAt: from, UsageEvent: v2.UsageEvent_builder{TargetResource: acme, ActorResource: ada}.Build(),
	}.Build()
	return []*v2.Event{event}, &pagination.StreamState{Cursor: "behind event-1"}, nil, nil
}
