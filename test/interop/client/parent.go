package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"time"

	"github.com/conductorone/baton-sdk/pb/c1/connector_wrapper/v1"
	"github.com/conductorone/baton-sdk/pkg/ratelimit"
	"github.com/conductorone/baton-sdk/pkg/utls"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/protobuf/proto"
)

// connectorChild is a connector that was started as a parent of the ecosystem starts one.
type connectorChild struct {
	command *exec.Cmd
	stdin   io.WriteCloser
	ended   chan error
}

// startChild opens a listener, hands it down to the program as file descriptor 3, tells it on its standard input which
// certificates to use, and dials it with the SDK's own: certificates, messages and rate limiter. Everything is cancelled
// when the child ends before it is asked to.
func startChild(ctx context.Context, o childOptions, calls *callLog, cancel context.CancelFunc) (*grpc.ClientConn, *connectorChild, error) {
	args := []string{}
	if err := json.Unmarshal([]byte(o.args), &args); err != nil {
		return nil, nil, fmt.Errorf("-child-args: %w", err)
	}
	listener, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return nil, nil, err
	}
	defer listener.Close()
	handedDown, err := listener.File()
	if err != nil {
		return nil, nil, err
	}
	defer handedDown.Close()
	port := uint32(listener.Addr().(*net.TCPAddr).Port)
	clientCredential, serverCredential, err := utls.GenerateClientServerCredentials(ctx)
	if err != nil {
		return nil, nil, err
	}
	told := port
	if o.wrongPort {
		told++
	}
	config, err := proto.Marshal(v1.ServerConfig_builder{Credential: serverCredential, ListenPort: told}.Build())
	if err != nil {
		return nil, nil, err
	}

	command := exec.Command(o.program, append(args, "_connector-service")...)
	command.Stdout, command.Stderr = os.Stderr, os.Stderr // stdout is our report's
	command.ExtraFiles = []*os.File{handedDown}
	command.Env = append(os.Environ(), "BATON_CONNECTOR_SERVICE_LISTENER_FD=3")
	stdin, err := command.StdinPipe()
	if err != nil {
		return nil, nil, err
	}
	if err := command.Start(); err != nil {
		return nil, nil, err
	}
	child := &connectorChild{command, stdin, make(chan error, 1)}
	go func() {
		child.ended <- command.Wait()
		cancel()
	}()
	if _, err := io.WriteString(stdin, base64.StdEncoding.EncodeToString(config)+"\n"); err != nil {
		return nil, nil, errors.Join(err, child.end())
	}
	tlsConfig, err := utls.ClientConfig(ctx, clientCredential)
	if err != nil {
		return nil, nil, errors.Join(err, child.end())
	}
	conn, err := grpc.NewClient(fmt.Sprintf("127.0.0.1:%d", port),
		grpc.WithTransportCredentials(credentials.NewTLS(tlsConfig)),
		grpc.WithDefaultCallOptions(grpc.WaitForReady(true)),
		grpc.WithChainUnaryInterceptor(ratelimit.UnaryInterceptor(time.Now), calls.intercept))
	if err != nil {
		return nil, nil, errors.Join(err, child.end())
	}
	return conn, child, nil
}

// end closes the child's standard input and waits for it; an exit status other than 0 is an error.
func (child *connectorChild) end() error {
	_ = child.stdin.Close() // it is closed already where the child has ended
	select {
	case err := <-child.ended:
		return err
	case <-time.After(20 * time.Second):
		return errors.Join(errors.New("the child goes on although its standard input has ended"), child.command.Process.Kill())
	}
}
