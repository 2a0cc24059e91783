package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"helm.sh/helm/v4/pkg/chart/common"
	"helm.sh/helm/v4/pkg/chart/common/util"
	"helm.sh/helm/v4/pkg/chart/v2/lint"
	"helm.sh/helm/v4/pkg/chart/v2/lint/support"
	"helm.sh/helm/v4/pkg/chart/v2/loader"
	"helm.sh/helm/v4/pkg/engine"
)

// Renders a chart with each of its values files, as `helm lint --strict` and `helm template` do, and checks what comes out as
// other manifests are. Files named "refused-..." must be refused by the chart, with the words of their first line.
func checkChart(path string, tell func(path string, kinds []string, problems []string)) {
	files, err := filepath.Glob(filepath.Join(path, "ci", "*.yaml"))
	if err != nil || len(files) == 0 {
		tell(path, nil, []string{"it has no values files in its folder ci"})
		return
	}
	for _, file := range files {
		manifests, problems := render(path, file)
		if wanted, ok := refusal(file); ok {
			tell(file, []string{"refused"}, missing(wanted, problems))
			continue
		}
		if len(problems) > 0 {
			tell(file, nil, problems)
			continue
		}
		kinds, problems := checkManifests([]byte(manifests))
		tell(file, kinds, problems)
	}
}

func render(path string, file string) (manifests string, problems []string) {
	values, err := common.ReadValuesFile(file)
	if err != nil {
		return "", []string{err.Error()}
	}
	for _, message := range lint.RunAll(path, values, "access").Messages {
		if message.Severity >= support.WarningSev {
			problems = append(problems, message.Error())
		}
	}
	chart, err := loader.Load(path)
	if err != nil {
		return "", append(problems, err.Error())
	}
	release := common.ReleaseOptions{Name: "acme", Namespace: "access", Revision: 1, IsInstall: true}
	given, err := util.ToRenderValues(chart, values, release, common.DefaultCapabilities)
	if err != nil {
		return "", append(problems, err.Error())
	}
	strict := engine.Engine{Strict: true}
	rendered, err := strict.Render(chart, given)
	if err != nil {
		return "", append(problems, err.Error())
	}
	names := []string{}
	for name := range rendered {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if strings.HasSuffix(name, ".txt") {
			if strings.Contains(rendered[name], "<no value>") || strings.TrimSpace(rendered[name]) == "" {
				problems = append(problems, name+" says nothing of a value")
			}
			continue
		}
		manifests += "\n---\n" + rendered[name]
	}
	return manifests, problems
}

// The words that a values file wants to be refused with.
func refusal(file string) (string, bool) {
	if !strings.HasPrefix(filepath.Base(file), "refused-") {
		return "", false
	}
	source, err := os.ReadFile(file)
	if err != nil {
		return err.Error(), true
	}
	line, _, _ := strings.Cut(string(source), "\n")
	return strings.TrimSpace(strings.TrimPrefix(line, "#")), true
}

func missing(wanted string, problems []string) []string {
	for _, problem := range problems {
		if wanted != "" && strings.Contains(problem, wanted) {
			return nil
		}
	}
	return []string{fmt.Sprintf("it is not refused with %q, but with %q", wanted, problems)}
}
