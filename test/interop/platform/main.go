// Command platform is a double of the hosted platform that self-hosted connectors dial. It speaks with the messages that
// the Baton SDK generates and holds callers to their rules, gives out the tasks of a script, fails where the script says
// so, and tells on its standard output, a line of JSON each, what it was asked.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	v1 "github.com/conductorone/baton-sdk/pb/c1/connectorapi/baton/v1"
	"google.golang.org/grpc"
)

type options struct {
	script, cert, key, uploads string
	limit                      time.Duration
}

func main() {
	var o options
	flag.StringVar(&o.script, "script", "", "the tasks and faults, as JSON; see script.go")
	flag.StringVar(&o.cert, "cert", "", "the certificate for localhost, PEM")
	flag.StringVar(&o.key, "key", "", "its key, PEM")
	flag.StringVar(&o.uploads, "uploads", "", "the folder for what is uploaded")
	flag.DurationVar(&o.limit, "limit", 2*time.Minute, "it ends by itself after so long")
	flag.Parse()
	if err := run(o); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}

// run serves until standard input ends: whoever started it is gone then, too.
func run(o options) error {
	text, err := os.ReadFile(o.script)
	if err != nil {
		return err
	}
	script, err := readScript(text)
	if err != nil {
		return err
	}
	front, err := listen(o.cert, o.key)
	if err != nil {
		return err
	}
	trace := &trace{out: json.NewEncoder(os.Stdout)}
	issuer, err := newIssuer(front.port(), script)
	if err != nil {
		return err
	}
	double := &platform{script: script, queue: newQueue(script), trace: trace, issuer: issuer, front: front, uploads: o.uploads}
	server := grpc.NewServer(grpc.UnaryInterceptor(double.unary), grpc.StreamInterceptor(double.stream))
	v1.RegisterBatonServiceServer(server, double)
	ended := make(chan error, 3)
	go func() { ended <- server.Serve(front.grpc) }()
	go func() { ended <- issuer.serve(front.http, double) }()
	go func() {
		_, err := io.Copy(io.Discard, os.Stdin)
		ended <- err
	}()
	trace.tell(map[string]any{"ready": map[string]any{
		"clientId": issuer.clientID, "clientSecret": issuer.clientSecret, "port": front.port(),
	}})
	select {
	case err := <-ended:
		return err
	case <-time.After(o.limit):
		return fmt.Errorf("nobody ended this within %s", o.limit)
	}
}
