package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	v2 "github.com/conductorone/baton-sdk/pb/c1/connector/v2"
	"github.com/conductorone/baton-sdk/pkg/tasks/local"
	"github.com/conductorone/baton-sdk/pkg/types"
)

// feed is what ListEventFeeds says of one, by the names of the protocol's enum.
type feed struct {
	ID    string   `json:"id"`
	Types []string `json:"types"`
}

func listFeeds(ctx context.Context, client types.ConnectorClient) ([]feed, error) {
	answer, err := client.ListEventFeeds(ctx, &v2.ListEventFeedsRequest{})
	if err != nil {
		return nil, err
	}
	var feeds []feed
	for _, metadata := range answer.GetList() {
		if err := metadata.Validate(); err != nil {
			return nil, err
		}
		one := feed{ID: metadata.GetId()}
		for _, eventType := range metadata.GetSupportedEventTypes() {
			one.Types = append(one.Types, eventType.String())
		}
		feeds = append(feeds, one)
	}
	return feeds, nil
}

// readEvents runs the task behind the SDK's own --event-feed, and gives the lines that it prints.
func readEvents(ctx context.Context, client types.ConnectorClient, feedID, startAt string) ([]json.RawMessage, error) {
	from, err := time.Parse(time.RFC3339, startAt)
	if err != nil {
		return nil, err
	}
	reader, writer, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	stdout := os.Stdout
	os.Stdout = writer
	lines := make(chan []json.RawMessage)
	go func() {
		var events []json.RawMessage
		scanner := bufio.NewScanner(reader)
		for scanner.Scan() {
			events = append(events, json.RawMessage(append([]byte(nil), scanner.Bytes()...)))
		}
		lines <- events
	}()
	manager := local.NewEventFeed(ctx, feedID, from, "")
	task, _, err := manager.Next(ctx)
	if err == nil && task == nil {
		err = fmt.Errorf("the event feed has no task")
	}
	if err == nil {
		err = manager.Process(ctx, task, client)
	}
	os.Stdout = stdout
	closed := writer.Close()
	return <-lines, errors.Join(err, closed)
}
