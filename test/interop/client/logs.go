package main

import (
	"context"
	"fmt"

	"github.com/grpc-ecosystem/go-grpc-middleware/logging/zap/ctxzap"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"
)

type logLine struct {
	Level   string            `json:"level"`
	Message string            `json:"message"`
	Fields  map[string]string `json:"fields"`
}

// withLogs keeps what the SDK logs at warn level and above: that is how a syncer tells of rows that it dropped.
func withLogs(ctx context.Context) (context.Context, func() []logLine) {
	core, observed := observer.New(zap.WarnLevel)
	logger := zap.New(core)
	zap.ReplaceGlobals(logger)
	return ctxzap.ToContext(ctx, logger), func() []logLine {
		lines := []logLine{}
		for _, entry := range observed.All() {
			fields := map[string]string{}
			for key, value := range entry.ContextMap() {
				fields[key] = fmt.Sprint(value)
			}
			lines = append(lines, logLine{entry.Level.String(), entry.Message, fields})
		}
		return lines
	}
}
