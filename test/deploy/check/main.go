// Checks the files under which baton-descope is deployed, each with the code of the tool that will read it: the Dockerfile
// with BuildKit's own checks, .dockerignore with its matcher, the compose file with Compose's loader. Nothing is fetched.
// One line for each file; the last one counts.
package main

import (
	"fmt"
	"os"
	"path/filepath"
)

type check struct {
	kind  string
	files []string // as glob patterns below the root
	run   func(path string) []string
}

var checks = []check{
	{"dockerfile", []string{"Dockerfile"}, checkDockerfile},
	{"dockerfile", []string{".dockerignore"}, checkDockerignore},
	{"compose", []string{"deploy/compose.yaml", "deploy/compose.fleet.yaml"}, checkCompose},
}

// Usage: check ROOT [KIND]
func main() {
	root, only := ".", ""
	if len(os.Args) > 1 {
		root = os.Args[1]
	}
	if len(os.Args) > 2 {
		only = os.Args[2]
	}
	passed, failed := 0, 0
	for _, c := range checks {
		if only != "" && only != c.kind {
			continue
		}
		paths := []string{}
		for _, pattern := range c.files {
			found, err := filepath.Glob(filepath.Join(root, pattern))
			if err != nil {
				panic(err)
			}
			paths = append(paths, found...)
		}
		if len(paths) == 0 { // checking nothing must not count as passed
			failed++
			fmt.Printf("FAILED   %-10s  no file matches %v\n", c.kind, c.files)
		}
		for _, path := range paths {
			name, _ := filepath.Rel(root, path)
			problems := c.run(path)
			if len(problems) == 0 {
				passed++
				fmt.Printf("ok       %-10s  %s\n", c.kind, name)
				continue
			}
			failed++
			fmt.Printf("FAILED   %-10s  %s\n", c.kind, name)
			for _, problem := range problems {
				fmt.Printf("           %s\n", problem)
			}
		}
	}
	fmt.Printf("%d passed, %d failed, 0 skipped\n", passed, failed)
	if failed > 0 {
		os.Exit(1)
	}
}
