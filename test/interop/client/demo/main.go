// Command demo is a small connector made with the unmodified Baton SDK. It is called with the same flags as ours, to see
// that both end alike. Its group, acme, is the tenant "acme"; who is a member stands in a file. It can
// do every kind of task, so that the double of the platform can be proved for each.
package main

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"

	v2 "github.com/conductorone/baton-sdk/pb/c1/connector/v2"
	"github.com/conductorone/baton-sdk/pkg/annotations"
	"github.com/conductorone/baton-sdk/pkg/cli"
	"github.com/conductorone/baton-sdk/pkg/config"
	"github.com/conductorone/baton-sdk/pkg/connectorbuilder"
	"github.com/conductorone/baton-sdk/pkg/field"
	"github.com/conductorone/baton-sdk/pkg/types/entitlement"
	"github.com/conductorone/baton-sdk/pkg/types/grant"
	"github.com/conductorone/baton-sdk/pkg/types/resource"
)

var (
	userType   = &v2.ResourceType{Id: "user", DisplayName: "User", Traits: []v2.ResourceType_Trait{v2.ResourceType_TRAIT_USER}}
	tenantType = &v2.ResourceType{Id: "tenant", DisplayName: "Tenant", Traits: []v2.ResourceType_Trait{v2.ResourceType_TRAIT_GROUP}}
)

type settings struct {
	State string `mapstructure:"state"`
}

func (s *settings) GetString(name string) string       { return map[string]string{"state": s.State}[name] }
func (s *settings) GetBool(string) bool                { return false }
func (s *settings) GetInt(string) int                  { return 0 }
func (s *settings) GetStringSlice(string) []string     { return nil }
func (s *settings) GetStringMap(string) map[string]any { return nil }

// demo keeps who is a member in a file, and what tasks have made beside that in memory.
type demo struct {
	state string
	made  store
}

func (d *demo) Metadata(context.Context) (*v2.ConnectorMetadata, error) {
	return &v2.ConnectorMetadata{DisplayName: "Demo"}, nil
}
func (d *demo) Validate(context.Context) (annotations.Annotations, error) { return nil, nil }
func (d *demo) ResourceSyncers(context.Context) []connectorbuilder.ResourceSyncerV2 {
	return []connectorbuilder.ResourceSyncerV2{&users{d}, &tenants{d}, &secrets{d}}
}

func (d *demo) members() []string {
	text, err := os.ReadFile(d.state)
	if err != nil {
		return nil
	}
	return strings.Fields(string(text))
}

type users struct{ *demo }

func (u *users) ResourceType(context.Context) *v2.ResourceType { return userType }
func (u *users) List(context.Context, *v2.ResourceId, resource.SyncOpAttrs) ([]*v2.Resource, *resource.SyncOpResults, error) {
	var rows []*v2.Resource
	for _, id := range append([]string{"ada", "bob"}, u.made.ids("user")...) {
		row, err := resource.NewUserResource(id, userType, id, nil)
		if err != nil {
			return nil, nil, err
		}
		rows = append(rows, row)
	}
	return rows, &resource.SyncOpResults{}, nil
}
func (u *users) Entitlements(context.Context, *v2.Resource, resource.SyncOpAttrs) ([]*v2.Entitlement, *resource.SyncOpResults, error) {
	return nil, &resource.SyncOpResults{}, nil
}
func (u *users) Grants(context.Context, *v2.Resource, resource.SyncOpAttrs) ([]*v2.Grant, *resource.SyncOpResults, error) {
	return nil, &resource.SyncOpResults{}, nil
}

type tenants struct{ *demo }

func (t *tenants) ResourceType(context.Context) *v2.ResourceType { return tenantType }
func (t *tenants) List(context.Context, *v2.ResourceId, resource.SyncOpAttrs) ([]*v2.Resource, *resource.SyncOpResults, error) {
	var rows []*v2.Resource
	for _, id := range append([]string{"acme"}, t.made.ids("tenant")...) {
		row, err := resource.NewGroupResource(strings.ToUpper(id[:1])+id[1:], tenantType, id, nil)
		if err != nil {
			return nil, nil, err
		}
		rows = append(rows, row)
	}
	return rows, &resource.SyncOpResults{}, nil
}
func (t *tenants) Get(ctx context.Context, id *v2.ResourceId, _ *v2.ResourceId) (*v2.Resource, annotations.Annotations, error) {
	rows, _, err := t.List(ctx, nil, resource.SyncOpAttrs{})
	return rows[0], nil, err
}
func (t *tenants) Entitlements(_ context.Context, acme *v2.Resource, _ resource.SyncOpAttrs) ([]*v2.Entitlement, *resource.SyncOpResults, error) {
	return []*v2.Entitlement{entitlement.NewAssignmentEntitlement(acme, "member")}, &resource.SyncOpResults{}, nil
}
func (t *tenants) Grants(_ context.Context, acme *v2.Resource, _ resource.SyncOpAttrs) ([]*v2.Grant, *resource.SyncOpResults, error) {
	var rows []*v2.Grant
	for _, id := range t.members() {
		rows = append(rows, grant.NewGrant(acme, "member", &v2.ResourceId{ResourceType: "user", Resource: id}))
	}
	return rows, &resource.SyncOpResults{}, nil
}
func (t *tenants) Grant(_ context.Context, principal *v2.Resource, _ *v2.Entitlement) ([]*v2.Grant, annotations.Annotations, error) {
	return nil, nil, os.WriteFile(t.state, []byte(strings.Join(append(t.members(), principal.Id.Resource), " ")), 0o600)
}
func (t *tenants) Revoke(_ context.Context, taken *v2.Grant) (annotations.Annotations, error) {
	left := slices.DeleteFunc(t.members(), func(id string) bool { return id == taken.Principal.Id.Resource })
	return nil, os.WriteFile(t.state, []byte(strings.Join(left, " ")), 0o600)
}

func main() {
	schema := field.NewConfiguration([]field.SchemaField{field.StringField("state", field.WithRequired(true))})
	config.RunConnector(context.Background(), "demo", "v0", schema,
		func(_ context.Context, s *settings, _ *cli.ConnectorOpts) (connectorbuilder.ConnectorBuilderV2, []connectorbuilder.Opt, error) {
			if s.State == "" {
				return nil, nil, errors.New("no state")
			}
			return &demo{state: s.State}, nil, nil
		})
}
