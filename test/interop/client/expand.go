package main

import (
	"context"
	"errors"
	"time"

	"github.com/conductorone/baton-sdk/pkg/dotc1z"
	"github.com/conductorone/baton-sdk/pkg/sdk"
	"github.com/conductorone/baton-sdk/pkg/sync"
	"google.golang.org/grpc/status"
)

// readFile tells the rows of a file that the connector wrote itself: as they are, or once they are expanded in place.
func readFile(ctx context.Context, o options, command string, logs func() []logLine) (*report, error) {
	result := &report{}
	startedAt := time.Now()
	var failure error
	if command == "expand" {
		failure = expand(ctx, o)
	}
	result.Seconds = time.Since(startedAt).Seconds()
	if failure != nil {
		result.Error, result.Code = failure.Error(), status.Code(failure).String()
	} else {
		var err error
		if result.Rows, err = readStore(ctx, o.c1z, o.tmp); err != nil {
			return nil, err
		}
	}
	result.Logs = logs()
	return result, nil
}

// expand does what a platform does with a file that was uploaded without expanded grants: no connector is asked.
func expand(ctx context.Context, o options) (err error) {
	store, err := dotc1z.NewStore(ctx, o.c1z, dotc1z.WithTmpDir(o.tmp))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close(ctx)) }()
	latest, err := store.SyncMeta().LatestFinishedSyncOfAnyType(ctx)
	if err != nil {
		return err
	}
	if latest == nil {
		return errors.New("no finished sync in the file")
	}
	nobody, err := sdk.NewEmptyConnector()
	if err != nil {
		return err
	}
	syncer, err := sync.NewSyncer(ctx, nobody,
		sync.WithConnectorStore(store),
		sync.WithSyncID(latest.ID),
		sync.WithOnlyExpandGrants(),
		sync.WithTmpDir(o.tmp),
		sync.WithFailFastInvariants(),
	)
	if err != nil {
		return err
	}
	return syncer.Sync(ctx)
}
