// Command daemon is the unmodified daemon of the Baton SDK in front of our connector: it dials the platform, syncs with
// the SDK's syncer and reports, and where it starts itself again as its connector, our executable takes the place.
package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"syscall"

	v2 "github.com/conductorone/baton-sdk/pb/c1/connector/v2"
	"github.com/conductorone/baton-sdk/pkg/annotations"
	"github.com/conductorone/baton-sdk/pkg/cli"
	"github.com/conductorone/baton-sdk/pkg/config"
	"github.com/conductorone/baton-sdk/pkg/connectorbuilder"
	"github.com/conductorone/baton-sdk/pkg/field"
)

type settings struct{}

func (s *settings) GetString(string) string            { return "" }
func (s *settings) GetBool(string) bool                { return false }
func (s *settings) GetInt(string) int                  { return 0 }
func (s *settings) GetStringSlice(string) []string     { return nil }
func (s *settings) GetStringMap(string) map[string]any { return nil }

func main() {
	if slices.Contains(os.Args[1:], "_connector-service") {
		child := strings.Split(os.Getenv("DAEMON_CHILD"), "\n")
		err := syscall.Exec(child[0], append(child, os.Args[1:]...), os.Environ())
		fmt.Fprintln(os.Stderr, "the connector cannot be started:", err)
		os.Exit(2)
	}
	config.RunConnector(context.Background(), "baton-descope", "v0", field.NewConfiguration(nil),
		func(context.Context, *settings, *cli.ConnectorOpts) (connectorbuilder.ConnectorBuilderV2, []connectorbuilder.Opt, error) {
			return &nobody{}, nil, nil
		})
}

// nobody is the connector that a parent makes and never asks.
type nobody struct{}

func (n *nobody) Metadata(context.Context) (*v2.ConnectorMetadata, error) {
	return &v2.ConnectorMetadata{DisplayName: "nobody"}, nil
}
func (n *nobody) Validate(context.Context) (annotations.Annotations, error)           { return nil, nil }
func (n *nobody) ResourceSyncers(context.Context) []connectorbuilder.ResourceSyncerV2 { return nil }
