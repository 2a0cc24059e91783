// Checks Kubernetes manifests as the API server would, with its own code: strict decoding (no unknown or doubled field), the
// validation of each kind, and for pods the "restricted" pod security standard. Nothing is fetched and no cluster is asked.
// Usage: kubernetes FILE.yaml...
package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	_ "k8s.io/kubernetes/pkg/apis/apps/install"
	_ "k8s.io/kubernetes/pkg/apis/batch/install"
	_ "k8s.io/kubernetes/pkg/apis/core/install"
	_ "k8s.io/kubernetes/pkg/apis/networking/install"
)

func main() {
	passed, failed := 0, 0
	for _, path := range os.Args[1:] {
		kinds, problems := checkFile(path)
		if len(problems) == 0 && len(kinds) == 0 {
			problems = []string{"it holds no object"} // checking nothing must not count as passed
		}
		if len(problems) == 0 {
			passed++
			fmt.Printf("ok       kubernetes  %s: %v\n", path, kinds)
			continue
		}
		failed++
		fmt.Printf("FAILED   kubernetes  %s\n", path)
		for _, problem := range problems {
			fmt.Printf("           %s\n", problem)
		}
	}
	fmt.Printf("%d passed, %d failed, 0 skipped\n", passed, failed)
	if failed > 0 || passed == 0 {
		os.Exit(1)
	}
}

func checkFile(path string) (kinds []string, problems []string) {
	source, err := os.ReadFile(path)
	if err != nil {
		return nil, []string{err.Error()}
	}
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
		given, kind, err := strict.UniversalDeserializer().Decode(document, nil, nil)
		if err != nil {
			problems = append(problems, err.Error())
			continue
		}
		kinds = append(kinds, kind.Kind)
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
