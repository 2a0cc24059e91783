// Command client drives a running connector with the unmodified Baton SDK, as a platform does, and tells in JSON what
// came of it. It also reads and expands a file without one. Everything that it calls is exported by the SDK or by grpc-go.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/conductorone/baton-sdk/pkg/connectorclient"
	"google.golang.org/grpc"
	"google.golang.org/grpc/status"
)

type options struct {
	address string
	child   childOptions
	tls     tlsFiles
	limited bool
	hold    string
	cancel  string
	c1z     string
	engine  string
	workers int
	targets string
	tmp     string
	grant   grantOptions
	revoke  string
	rows    bool
	input   string
	feed    string
	startAt string
	method  string
	action  actionOptions
	account accountOptions
}

// childOptions say which program to start as a child, instead of dialling an address.
type childOptions struct {
	program, args string
	wrongPort     bool
}

// report is all that the driver learns. A failed run is a report too: the exit code tells only whether there is one.
type report struct {
	Seconds   float64             `json:"seconds"`
	Error     string              `json:"error,omitempty"`
	Code      string              `json:"code,omitempty"`
	Calls     map[string]int      `json:"calls"`
	Replies   map[string][]string `json:"replies"`
	Logs      []logLine           `json:"logs"`
	Rows      *rows               `json:"rows,omitempty"`
	Described *description        `json:"described,omitempty"`
	Services  []string            `json:"services,omitempty"`
	Health    map[string]string   `json:"health,omitempty"`
	Readers   []reader            `json:"readers,omitempty"`
	Answer    json.RawMessage     `json:"answer,omitempty"`
	Unsealed  []string            `json:"unsealed,omitempty"`
	Feeds     []feed              `json:"feeds,omitempty"`
	Events    []json.RawMessage   `json:"events,omitempty"`
	Actions   []string            `json:"actions,omitempty"`
	// Child says how the connector ended that was started for this.
	Child string `json:"child,omitempty"`
}

func main() {
	var o options
	flag.StringVar(&o.address, "address", "", "host:port of the connector")
	flag.StringVar(&o.child.program, "child", "", "start this connector as a parent of the ecosystem does, and dial it")
	flag.StringVar(&o.child.args, "child-args", "[]", "JSON list of the flags that it is given")
	flag.BoolVar(&o.child.wrongPort, "wrong-port", false, "name another port to it than that of its socket")
	flag.StringVar(&o.tls.ca, "tls-ca", "", "mutual TLS: the CA of the connector's certificate")
	flag.StringVar(&o.tls.cert, "tls-cert", "", "mutual TLS: our certificate")
	flag.StringVar(&o.tls.key, "tls-key", "", "mutual TLS: our key")
	flag.BoolVar(&o.limited, "rate-limited", false, "ask the connector's rate limiter before every call, as the wrapper does")
	flag.StringVar(&o.hold, "hold", "", "Method:N: print \"held\" before the Nth such call and wait for a line on stdin")
	flag.StringVar(&o.cancel, "cancel", "", "Method:N: cancel everything at the Nth such call")
	flag.StringVar(&o.c1z, "c1z", "", "the store")
	flag.StringVar(&o.engine, "engine", "sqlite", "sqlite or pebble")
	flag.IntVar(&o.workers, "workers", 1, "calls in flight")
	flag.StringVar(&o.targets, "targets", "", "JSON list of {type, id, parentType, parentId}: sync only these")
	flag.StringVar(&o.tmp, "tmp", os.TempDir(), "where the SDK may put temporary files")
	flag.StringVar(&o.grant.entitlement, "entitlement", "", "grant: entitlement id")
	flag.StringVar(&o.grant.principalType, "principal-type", "user", "grant: principal's type")
	flag.StringVar(&o.grant.principal, "principal", "", "grant: principal's id")
	flag.StringVar(&o.revoke, "grant-id", "", "revoke: grant id")
	flag.BoolVar(&o.rows, "rows", true, "sync: put the store's rows into the report")
	flag.StringVar(&o.feed, "feed", "", "events: id of the feed")
	flag.StringVar(&o.startAt, "start-at", "", "events: from when on")
	flag.StringVar(&o.input, "input", "", "unseal: a JSON list of {data, private}; call: the request as JSON")
	flag.StringVar(&o.method, "method", "", "call: which one")
	flag.StringVar(&o.account.login, "account-login", "", "create-account: the login")
	flag.StringVar(&o.account.email, "account-email", "", "create-account: the primary email address")
	flag.StringVar(&o.account.profile, "account-profile", "{}", "create-account: a JSON object")
	flag.StringVar(&o.action.name, "action", "", "invoke-action: its name")
	flag.StringVar(&o.action.resourceType, "action-type", "", "list-actions, invoke-action: the resource type")
	flag.StringVar(&o.action.args, "action-args", "{}", "invoke-action: a JSON object")
	flag.Parse()

	result, err := run(o, flag.Arg(0))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	if err := json.NewEncoder(os.Stdout).Encode(result); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}

func run(o options, command string) (*report, error) {
	ctx, logs := withLogs(context.Background())
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	calls, err := newCallLog(o.hold, o.cancel, cancel)
	if err != nil {
		return nil, err
	}
	if command == "read" || command == "expand" {
		return readFile(ctx, o, command, logs)
	}
	result := &report{}
	switch command {
	case "readers":
		result.Readers, err = newReaders()
		return result, err
	case "unseal":
		result.Unsealed, err = unsealFile(ctx, o.input)
		return result, err
	}
	conn, child, err := connect(ctx, o, calls, cancel)
	if err != nil {
		return nil, err
	}
	defer conn.Close()

	client := connectorclient.NewConnectorClient(ctx, conn)
	startedAt := time.Now()
	var failure error
	switch command {
	case "sync":
		failure = syncOnce(ctx, client, o)
	case "grant":
		failure = grant(ctx, client, o.c1z, o.grant)
	case "revoke":
		failure = revoke(ctx, client, o.c1z, o.revoke)
	case "create-account":
		failure = createAsCommandLine(ctx, client, o.c1z, o.account)
	case "delete-resource":
		failure = deleteAsCommandLine(ctx, client, o.c1z, o.grant.principal, o.grant.principalType)
	case "rotate":
		failure = rotateAsCommandLine(ctx, client, o.c1z, o.grant.principal, o.grant.principalType)
	case "call":
		result.Answer, failure = call(ctx, client, o.method, o.input)
	case "list-actions":
		result.Actions, failure = listActions(ctx, client, o.action)
	case "invoke-action":
		failure = invokeAction(ctx, client, o.action)
	case "describe":
		result.Described, failure = describe(ctx, client)
	case "feeds":
		result.Feeds, failure = listFeeds(ctx, client)
	case "events":
		result.Events, failure = readEvents(ctx, client, o.feed, o.startAt)
	case "probe":
		result.Services, result.Health, failure = probe(ctx, conn)
	default:
		return nil, fmt.Errorf("no such command: %q", command)
	}
	result.Seconds = time.Since(startedAt).Seconds()
	if failure != nil {
		result.Error, result.Code = failure.Error(), status.Code(failure).String()
	}
	if command == "sync" && failure == nil && o.rows {
		// The rows are read back from the file, not from the store that the syncer had open.
		if result.Rows, err = readStore(context.WithoutCancel(ctx), o.c1z, o.tmp); err != nil {
			return nil, err
		}
	}
	result.Calls, result.Replies = calls.told()
	result.Logs = logs()
	if child != nil {
		result.Child = "ended with status 0"
		if err := errors.Join(conn.Close(), child.end()); err != nil {
			result.Child = err.Error()
		}
	}
	return result, nil
}

// connect dials the connector: one that runs, or one that is started for this.
func connect(ctx context.Context, o options, calls *callLog, cancel context.CancelFunc) (*grpc.ClientConn, *connectorChild, error) {
	if o.child.program != "" {
		return startChild(ctx, o.child, calls, cancel)
	}
	conn, err := dial(o.address, o.tls, o.limited, calls)
	return conn, nil, err
}
