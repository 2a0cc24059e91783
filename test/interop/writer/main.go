// Command writer writes the rows of a finished file anew with the SDK's own engine, a page at a time as its syncer does,
// and tells in JSON what writing alone took: the rows are in memory before.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"syscall"
	"time"

	v2 "github.com/conductorone/baton-sdk/pb/c1/connector/v2"
	"github.com/conductorone/baton-sdk/pkg/connectorstore"
	"github.com/conductorone/baton-sdk/pkg/dotc1z"
	"github.com/conductorone/baton-sdk/pkg/dotc1z/c1zstore"
)

// pageRows is what a page of a connector holds.
const pageRows = 250

type rows struct {
	types        []*v2.ResourceType
	resources    []*v2.Resource
	entitlements []*v2.Entitlement
	grants       []*v2.Grant
}

type written struct {
	Seconds float64 `json:"seconds"`
	// CPUSeconds counts this process, its garbage collector included, while it wrote.
	CPUSeconds float64 `json:"cpuSeconds"`
	Bytes      int64   `json:"bytes"`
	Grants     int     `json:"grants"`
}

func main() {
	in := flag.String("in", "", "the file that is read")
	out := flag.String("out", "", "the file that is written; must not be there")
	engine := flag.String("engine", "sqlite", "sqlite or pebble")
	tmp := flag.String("tmp", os.TempDir(), "where the SDK may put temporary files")
	flag.Parse()
	result, err := run(context.Background(), *in, *out, *engine, *tmp)
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(result)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, in, out, engine, tmp string) (*written, error) {
	all, err := read(ctx, in, tmp)
	if err != nil {
		return nil, err
	}
	startedAt, cpuBefore := time.Now(), cpuSeconds()
	if err := write(ctx, all, out, engine, tmp); err != nil {
		return nil, err
	}
	seconds, cpu := time.Since(startedAt).Seconds(), cpuSeconds()-cpuBefore
	status, err := os.Stat(out)
	if err != nil {
		return nil, err
	}
	return &written{Seconds: seconds, CPUSeconds: cpu, Bytes: status.Size(), Grants: len(all.grants)}, nil
}

func write(ctx context.Context, all *rows, out, engine, tmp string) (err error) {
	store, err := dotc1z.NewStore(ctx, out, dotc1z.WithTmpDir(tmp), dotc1z.WithEngine(c1zstore.Engine(engine)))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close(ctx)) }()
	if _, err := store.StartNewSync(ctx, connectorstore.SyncTypeFull, ""); err != nil {
		return err
	}
	return errors.Join(
		paged(all.types, func(page []*v2.ResourceType) error { return store.PutResourceTypes(ctx, page...) }),
		paged(all.resources, func(page []*v2.Resource) error { return store.PutResources(ctx, page...) }),
		paged(all.entitlements, func(page []*v2.Entitlement) error { return store.PutEntitlements(ctx, page...) }),
		paged(all.grants, func(page []*v2.Grant) error { return store.PutGrants(ctx, page...) }),
		store.EndSync(ctx),
	)
}

func paged[T any](all []T, put func(page []T) error) error {
	for from := 0; from < len(all); from += pageRows {
		if err := put(all[from:min(from+pageRows, len(all))]); err != nil {
			return err
		}
	}
	return nil
}

func read(ctx context.Context, in, tmp string) (_ *rows, err error) {
	store, err := dotc1z.NewStore(ctx, in, dotc1z.WithReadOnly(true), dotc1z.WithTmpDir(tmp))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, store.Close(ctx)) }()
	latest, err := store.SyncMeta().LatestFinishedSyncOfAnyType(ctx)
	if err != nil {
		return nil, err
	}
	if latest == nil {
		return nil, errors.New("no finished sync in the file")
	}
	if err := store.SetCurrentSync(ctx, latest.ID); err != nil {
		return nil, err
	}
	all := &rows{}
	err = errors.Join(
		collect(&all.types, func(token string) (answer[*v2.ResourceType], error) {
			return store.ListResourceTypes(ctx, &v2.ResourceTypesServiceListResourceTypesRequest{PageToken: token})
		}),
		collect(&all.entitlements, func(token string) (answer[*v2.Entitlement], error) {
			return store.ListEntitlements(ctx, &v2.EntitlementsServiceListEntitlementsRequest{PageToken: token})
		}),
		collect(&all.grants, func(token string) (answer[*v2.Grant], error) {
			return store.ListGrants(ctx, &v2.GrantsServiceListGrantsRequest{PageToken: token})
		}),
	)
	for _, resourceType := range all.types {
		err = errors.Join(err, collect(&all.resources, func(token string) (answer[*v2.Resource], error) {
			return store.ListResources(ctx, &v2.ResourcesServiceListResourcesRequest{ResourceTypeId: resourceType.Id, PageToken: token})
		}))
	}
	return all, err
}

type answer[T any] interface {
	GetList() []T
	GetNextPageToken() string
}

func collect[T any](into *[]T, ask func(token string) (answer[T], error)) error {
	for token := ""; ; {
		page, err := ask(token)
		if err != nil {
			return err
		}
		*into = append(*into, page.GetList()...)
		if token = page.GetNextPageToken(); token == "" {
			return nil
		}
	}
}

func cpuSeconds() float64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return float64(usage.Utime.Nano()+usage.Stime.Nano()) / 1e9
}
