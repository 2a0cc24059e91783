package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"maps"
	"os"
	"path"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/conductorone/baton-sdk/pkg/ratelimit"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/anypb"
)

type tlsFiles struct{ ca, cert, key string }

func (files tlsFiles) credentials() (credentials.TransportCredentials, error) {
	if files.ca == "" {
		return insecure.NewCredentials(), nil
	}
	pem, err := os.ReadFile(files.ca)
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		return nil, errors.New("no certificate in the CA file")
	}
	config := &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS13}
	if files.cert != "" { // left out on purpose to see a caller without a certificate refused
		pair, err := tls.LoadX509KeyPair(files.cert, files.key)
		if err != nil {
			return nil, err
		}
		config.Certificates = []tls.Certificate{pair}
	}
	return credentials.NewTLS(config), nil
}

func dial(address string, files tlsFiles, limited bool, calls *callLog) (*grpc.ClientConn, error) {
	transport, err := files.credentials()
	if err != nil {
		return nil, err
	}
	interceptors := []grpc.UnaryClientInterceptor{calls.intercept}
	if limited {
		// Outermost, as in the wrapper: its own Do and Report then pass through our log as well.
		interceptors = append([]grpc.UnaryClientInterceptor{ratelimit.UnaryInterceptor(time.Now)}, interceptors...)
	}
	return grpc.NewClient(address, grpc.WithTransportCredentials(transport), grpc.WithChainUnaryInterceptor(interceptors...))
}

// callLog counts calls by method, keeps the annotations of writes' answers, and interferes at a chosen call.
type callLog struct {
	mutex   sync.Mutex
	calls   map[string]int
	replies map[string][]string
	hold    moment
	cancel  moment
	stop    context.CancelFunc
}

// moment is the nth call of a method; the zero value never comes.
type moment struct {
	method string
	nth    int
}

func parseMoment(text string) (moment, error) {
	if text == "" {
		return moment{}, nil
	}
	method, count, _ := strings.Cut(text, ":")
	nth, err := strconv.Atoi(count)
	if err != nil {
		return moment{}, fmt.Errorf("not Method:N: %q", text)
	}
	return moment{method, nth}, nil
}

func newCallLog(hold, cancel string, stop context.CancelFunc) (*callLog, error) {
	held, holdErr := parseMoment(hold)
	cancelled, cancelErr := parseMoment(cancel)
	return &callLog{calls: map[string]int{}, replies: map[string][]string{}, hold: held, cancel: cancelled, stop: stop}, errors.Join(holdErr, cancelErr)
}

func (log *callLog) intercept(ctx context.Context, method string, req, reply any, conn *grpc.ClientConn, invoke grpc.UnaryInvoker, opts ...grpc.CallOption) error {
	name := path.Base(method)
	log.mutex.Lock()
	log.calls[name]++
	now := moment{name, log.calls[name]}
	log.mutex.Unlock()
	if now == log.hold {
		fmt.Println("held")
		_, _ = bufio.NewReader(os.Stdin).ReadString('\n')
	}
	if now == log.cancel {
		log.stop()
	}
	err := invoke(ctx, method, req, reply, conn, opts...)
	if annotated, ok := reply.(interface{ GetAnnotations() []*anypb.Any }); ok && err == nil && (name == "Grant" || name == "Revoke") {
		log.mutex.Lock()
		for _, annotation := range annotated.GetAnnotations() {
			log.replies[name] = append(log.replies[name], string(annotation.MessageName()))
		}
		log.mutex.Unlock()
	}
	return err
}

func (log *callLog) told() (map[string]int, map[string][]string) {
	log.mutex.Lock()
	defer log.mutex.Unlock()
	return maps.Clone(log.calls), maps.Clone(log.replies)
}
