package main

import (
	"context"
	"path/filepath"

	"github.com/compose-spec/compose-go/v2/cli"
)

// Loads the file as Compose does: schema, interpolation with nothing set but what the file says must be, consistency.
func checkCompose(path string) []string {
	options, err := cli.NewProjectOptions([]string{path},
		cli.WithName("baton-descope"),
		cli.WithWorkingDirectory(filepath.Dir(path)),
		cli.WithEnv([]string{"DESCOPE_PROJECT_ID=P2check"}),
		cli.WithConsistency(true),
	)
	if err != nil {
		return []string{err.Error()}
	}
	project, err := options.LoadProject(context.Background())
	if err != nil {
		return []string{err.Error()}
	}
	if len(project.Services)+len(project.DisabledServices) == 0 {
		return []string{"it describes no service"}
	}
	return nil
}
