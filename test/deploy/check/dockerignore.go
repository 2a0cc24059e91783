package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/linter"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"
)

// Files that must never reach the builder, whether or not they are there today.
var neverSent = []string{
	".env", ".git/config", "node_modules/got/package.json", "dist/cli/main.js", "sync.json", "sync.c1z",
	"deploy/secrets/management-key", "deploy/secrets/tls.key", "src/.env", "src/management-key", "src/cli/sync.json", "bin/tls.key", "test/connector.test.ts",
}

// With Docker's own matcher: every file that COPY names is sent to the builder, and of the rest nothing.
func checkDockerignore(path string) []string {
	root := filepath.Dir(path)
	file, err := os.Open(path)
	if err != nil {
		return []string{err.Error()}
	}
	defer file.Close()
	patterns, err := ignorefile.ReadAll(file)
	if err != nil {
		return []string{err.Error()}
	}
	matcher, err := patternmatcher.New(patterns)
	if err != nil {
		return []string{err.Error()}
	}
	isSent := func(name string) bool {
		ignored, err := matcher.MatchesOrParentMatches(name)
		return err == nil && !ignored
	}
	sources, err := copiedFromContext(filepath.Join(root, "Dockerfile"))
	if err != nil {
		return []string{err.Error()}
	}
	problems := []string{}
	for _, source := range sources {
		sent := 0
		err := filepath.WalkDir(filepath.Join(root, source), func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			name, err := filepath.Rel(root, path)
			if isSent(name) {
				sent++
			} else {
				problems = append(problems, fmt.Sprintf("COPY takes %s, of which %s is ignored", source, name))
			}
			return err
		})
		if err != nil || sent == 0 {
			problems = append(problems, fmt.Sprintf("COPY takes %s, of which nothing is sent", source))
		}
	}
	for _, name := range neverSent {
		if isSent(name) {
			problems = append(problems, fmt.Sprintf("%s would be sent to the builder", name))
		}
	}
	entries, err := fs.ReadDir(os.DirFS(root), ".")
	if err != nil {
		return []string{err.Error()}
	}
	for _, entry := range entries {
		if isSent(entry.Name()) && !slices.Contains(sources, entry.Name()) {
			problems = append(problems, fmt.Sprintf("%s would be sent to the builder, and no COPY takes it", entry.Name()))
		}
	}
	return problems
}

// The files and folders that the Dockerfile copies from the build's folder.
func copiedFromContext(path string) ([]string, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	tree, err := parser.Parse(file)
	if err != nil {
		return nil, err
	}
	stages, _, err := instructions.Parse(tree.AST, linter.New(&linter.Config{}))
	if err != nil {
		return nil, err
	}
	sources := []string{}
	for _, stage := range stages {
		for _, command := range stage.Commands {
			if copied, ok := command.(*instructions.CopyCommand); ok && copied.From == "" {
				for _, source := range copied.SourcePaths {
					sources = append(sources, strings.TrimPrefix(source, "./"))
				}
			}
		}
	}
	return sources, nil
}
