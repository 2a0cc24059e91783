package main

import (
	"context"
	"fmt"
	"slices"

	"google.golang.org/grpc"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/reflection/grpc_reflection_v1"
)

// probe asks which services there are, as grpcurl does, and how each of them is.
func probe(ctx context.Context, conn *grpc.ClientConn) ([]string, map[string]string, error) {
	stream, err := grpc_reflection_v1.NewServerReflectionClient(conn).ServerReflectionInfo(ctx)
	if err != nil {
		return nil, nil, err
	}
	request := &grpc_reflection_v1.ServerReflectionRequest{MessageRequest: &grpc_reflection_v1.ServerReflectionRequest_ListServices{}}
	if err := stream.Send(request); err != nil {
		return nil, nil, err
	}
	answer, err := stream.Recv()
	if err != nil {
		return nil, nil, err
	}
	var services []string
	for _, service := range answer.GetListServicesResponse().GetService() {
		services = append(services, service.GetName())
	}
	slices.Sort(services)

	health := map[string]string{}
	for _, service := range append([]string{""}, services...) {
		checked, err := grpc_health_v1.NewHealthClient(conn).Check(ctx, &grpc_health_v1.HealthCheckRequest{Service: service})
		if err != nil {
			health[service] = err.Error()
			continue
		}
		health[service] = checked.GetStatus().String()
	}
	if err := stream.CloseSend(); err != nil {
		return nil, nil, fmt.Errorf("reflection: %w", err)
	}
	return services, health, nil
}
