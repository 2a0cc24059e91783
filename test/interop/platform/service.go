package main

import (
	"context"
	"strings"
	"time"

	_ "github.com/conductorone/baton-sdk/pb/c1/connector/v2" // its messages stand in answers
	v1 "github.com/conductorone/baton-sdk/pb/c1/connectorapi/baton/v1"
	_ "google.golang.org/genproto/googleapis/rpc/errdetails" // and these in failures
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"
)

// platform answers BatonService as the script says.
type platform struct {
	v1.UnimplementedBatonServiceServer
	script  *script
	queue   *queue
	trace   *trace
	issuer  *issuer
	front   *front
	uploads string
}

type callKey struct{}

// callOf is the trace of a call that is being answered, and the fault that hits it.
type callOf struct {
	*asked
	fault *fault
}

func current(ctx context.Context) *callOf { return ctx.Value(callKey{}).(*callOf) }

// come notes a call, and finds the fault that hits it and what is wrong with its token.
func (p *platform) come(ctx context.Context, fullMethod, task string) (*callOf, error) {
	method := fullMethod[strings.LastIndex(fullMethod, "/")+1:]
	from, _ := peer.FromContext(ctx)
	one := p.trace.begin(method, task, from.Addr.String())
	md, _ := metadata.FromIncomingContext(ctx)
	scheme, token, _ := strings.Cut(strings.Join(md.Get("authorization"), ", "), " ")
	found := p.script.faultOf(method, task, one.nth, one.nthOfTask)
	if found != nil && found.EndTokens && found.AfterChunks == nil {
		p.issuer.endAll()
	}
	state := p.issuer.state(token)
	one.Metadata = told(md, state)
	if _, ok := ctx.Deadline(); ok {
		one.Metadata["grpc-timeout"] = "set"
	}
	call := &callOf{one, found}
	switch {
	case !strings.EqualFold(scheme, "bearer") || state != "valid":
		return call, status.Errorf(codes.Unauthenticated, "the token is %s", state)
	case found != nil && found.AfterChunks == nil && !found.Cut:
		time.Sleep(ms(found.Hold))
		return call, found.err()
	default:
		return call, nil
	}
}

// strike does what a fault does to the network.
func (p *platform) strike(f *fault, remote string) {
	switch {
	case f == nil:
	case f.Down > 0:
		p.front.down(ms(f.Down))
	case f.Cut:
		p.front.cut(remote)
	}
}

func (p *platform) leave(one *callOf, err error) {
	result := status.Convert(err)
	one.Status, one.Reason = result.Code().String(), result.Message()
	p.trace.tell(one.asked)
}

func (p *platform) unary(ctx context.Context, request any, info *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (any, error) {
	task := ""
	if about, ok := request.(interface{ GetTaskId() string }); ok {
		task = about.GetTaskId()
	}
	one, err := p.come(ctx, info.FullMethod, task)
	text, unreadable := protojson.Marshal(request.(proto.Message))
	if one.Request = text; unreadable != nil {
		err = status.Error(codes.InvalidArgument, unreadable.Error())
	}
	if checked, ok := request.(interface{ ValidateAll() error }); ok && err == nil {
		if flaw := checked.ValidateAll(); flaw != nil {
			err = status.Error(codes.InvalidArgument, flaw.Error())
		}
	}
	var answer any
	if err == nil {
		answer, err = handle(context.WithValue(ctx, callKey{}, one), request)
	}
	p.leave(one, err)
	p.strike(one.fault, one.Connection)
	return answer, err
}

func (p *platform) stream(server any, stream grpc.ServerStream, info *grpc.StreamServerInfo, handle grpc.StreamHandler) error {
	one, err := p.come(stream.Context(), info.FullMethod, "")
	if err == nil {
		err = handle(server, &traced{stream, context.WithValue(stream.Context(), callKey{}, one)})
	}
	p.leave(one, err)
	p.strike(one.fault, one.Connection)
	return err
}

type traced struct {
	grpc.ServerStream
	ctx context.Context
}

func (t *traced) Context() context.Context { return t.ctx }

func (p *platform) Hello(_ context.Context, request *v1.BatonServiceHelloRequest) (*v1.BatonServiceHelloResponse, error) {
	p.queue.end(request.GetTaskId(), nil)
	return &v1.BatonServiceHelloResponse{}, nil
}

func (p *platform) GetTask(ctx context.Context, _ *v1.BatonServiceGetTaskRequest) (*v1.BatonServiceGetTaskResponse, error) {
	tasks := p.take(ctx, 1)
	task := v1.Task_builder{None: &v1.Task_NoneTask{}}.Build()
	if len(tasks) > 0 {
		task = tasks[0]
	}
	return v1.BatonServiceGetTaskResponse_builder{
		Task: task, NextPoll: durationpb.New(ms(p.script.NextPoll)), NextHeartbeat: durationpb.New(ms(p.script.NextHeartbeat)),
	}.Build(), nil
}

func (p *platform) GetTasks(ctx context.Context, request *v1.BatonServiceGetTasksRequest) (*v1.BatonServiceGetTasksResponse, error) {
	return v1.BatonServiceGetTasksResponse_builder{
		Tasks: p.take(ctx, int(request.GetPageSize())), NextPoll: durationpb.New(ms(p.script.NextPoll)),
		NextHeartbeat: durationpb.New(ms(p.script.NextHeartbeat)),
	}.Build(), nil
}

func (p *platform) take(ctx context.Context, most int) []*v1.Task {
	tasks, isDone := p.queue.take(most)
	one := current(ctx)
	for _, task := range tasks {
		one.Given = append(one.Given, task.GetId())
	}
	if isDone {
		defer p.trace.tell(map[string]any{"done": true})
	}
	return tasks
}

func (p *platform) Heartbeat(ctx context.Context, _ *v1.BatonServiceHeartbeatRequest) (*v1.BatonServiceHeartbeatResponse, error) {
	found := current(ctx).fault
	return v1.BatonServiceHeartbeatResponse_builder{
		NextHeartbeat: durationpb.New(ms(p.script.NextHeartbeat)), Cancelled: found != nil && found.Cancelled,
	}.Build(), nil
}

func (p *platform) FinishTask(ctx context.Context, request *v1.BatonServiceFinishTaskRequest) (*v1.BatonServiceFinishTaskResponse, error) {
	p.queue.end(request.GetTaskId(), current(ctx).Request)
	return &v1.BatonServiceFinishTaskResponse{}, nil
}

func (p *platform) StartDebugging(context.Context, *v1.StartDebuggingRequest) (*v1.StartDebuggingResponse, error) {
	return v1.StartDebuggingResponse_builder{Status: true}.Build(), nil
}
