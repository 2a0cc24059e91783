// Checks Kubernetes manifests as the API server would, with its own code: strict decoding (no unknown or doubled field), the
// validation of each kind, and for pods the "restricted" pod security standard. A folder is a chart: it is linted and rendered
// with the code of Helm, with each values file of its folder ci. Nothing is fetched and no cluster is asked.
// Usage: kubernetes FILE.yaml|CHART...
package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	monitoringv1 "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	_ "k8s.io/kubernetes/pkg/apis/apps/install"
	_ "k8s.io/kubernetes/pkg/apis/batch/install"
	_ "k8s.io/kubernetes/pkg/apis/core/install"
	_ "k8s.io/kubernetes/pkg/apis/networking/install"
	_ "k8s.io/kubernetes/pkg/apis/policy/install"
)

func init() {
	if err := monitoringv1.AddToScheme(legacyscheme.Scheme); err != nil {
		panic(err)
	}
}

func main() {
	passed, failed := 0, 0
	tell := func(path string, kinds []string, problems []string) {
		if len(problems) == 0 && len(kinds) == 0 {
			problems = []string{"it holds no object"} // checking nothing must not count as passed
		}
		if len(problems) == 0 {
			passed++
			fmt.Printf("ok       kubernetes  %s: %v\n", path, kinds)
			return
		}
		failed++
		fmt.Printf("FAILED   kubernetes  %s\n", path)
		for _, problem := range problems {
			fmt.Printf("           %s\n", problem)
		}
	}
	for _, path := range os.Args[1:] {
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			checkChart(path, tell)
			continue
		}
		source, err := os.ReadFile(path)
		if err != nil {
			tell(path, nil, []string{err.Error()})
			continue
		}
		kinds, problems := checkManifests(source)
		tell(path, kinds, problems)
	}
	fmt.Printf("%d passed, %d failed, 0 skipped\n", passed, failed)
	if failed > 0 || passed == 0 {
		os.Exit(1)
	}
}

func checkManifests(source []byte) (kinds []string, problems []string) {
	strict := serializer.NewCodecFactory(legacyscheme.Scheme, serializer.EnableStrict)
	reader := yaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(source)))
	for {
		document, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return kinds, problems
		}
		if err != nil {
			return kinds, append(problems, err.Error())
		}
		if isEmpty(document) {
			continue
		}
		given, kind, err := strict.UniversalDeserializer().Decode(document, nil, nil)
		if err != nil {
			problems = append(problems, err.Error())
			continue
		}
		kinds = append(kinds, kind.Kind)
		if kind.Group == monitoringv1.SchemeGroupVersion.Group {
			continue // the fields of Prometheus' operator are known, and nothing besides
		}
		legacyscheme.Scheme.Default(given)
		problems = append(problems, podSecurity(given)...)
		internal, err := legacyscheme.Scheme.UnsafeConvertToVersion(given, runtime.InternalGroupVersioner)
		if err != nil {
			problems = append(problems, err.Error())
			continue
		}
		for _, problem := range validate(internal) {
			problems = append(problems, kind.Kind+": "+problem.Error())
		}
	}
}

// Whether a document has comments at most, as what a template leaves out.
func isEmpty(document []byte) bool {
	for _, line := range bytes.Split(document, []byte("\n")) {
		line = bytes.TrimSpace(line)
		if len(line) > 0 && line[0] != '#' && string(line) != "---" {
			return false
		}
	}
	return true
}
