package main

import (
	"crypto/tls"
	"net"
	"slices"
	"sync"
	"time"
)

// front is the one port of the platform: TLS, and behind it gRPC for callers that speak HTTP/2 only, and HTTP for the
// others, who ask for tokens.
type front struct {
	address    string
	config     *tls.Config
	grpc, http *handed
	mu         sync.Mutex
	listener   net.Listener
	open       map[string]net.Conn
}

func listen(certFile, keyFile string) (*front, error) {
	pair, err := tls.LoadX509KeyPair(certFile, keyFile)
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	config := &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
	config.GetConfigForClient = func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		speaks := config.Clone()
		speaks.NextProtos = []string{"http/1.1"}
		if slices.Equal(hello.SupportedProtos, []string{"h2"}) {
			speaks.NextProtos = []string{"h2"}
		}
		return speaks, nil
	}
	f := &front{
		address: listener.Addr().String(), config: config, listener: listener, open: map[string]net.Conn{},
		grpc: newHanded(listener.Addr()), http: newHanded(listener.Addr()),
	}
	go f.accept(listener)
	return f, nil
}

func (f *front) port() int { return f.grpc.address.(*net.TCPAddr).Port }

func (f *front) accept(listener net.Listener) {
	for {
		plain, err := listener.Accept()
		if err != nil {
			return
		}
		go func() {
			conn := tls.Server(plain, f.config)
			_ = plain.SetDeadline(time.Now().Add(10 * time.Second))
			if conn.Handshake() != nil {
				_ = plain.Close()
				return
			}
			_ = plain.SetDeadline(time.Time{})
			f.mu.Lock()
			f.open[plain.RemoteAddr().String()] = plain
			f.mu.Unlock()
			if conn.ConnectionState().NegotiatedProtocol == "h2" {
				f.grpc.connections <- conn
			} else {
				f.http.connections <- conn
			}
		}()
	}
}

// cut ends one connection without a word.
func (f *front) cut(remote string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if conn := f.open[remote]; conn != nil {
		_ = conn.Close()
		delete(f.open, remote)
	}
}

// down ends all connections, and nobody listens for so long.
func (f *front) down(pause time.Duration) {
	f.mu.Lock()
	_ = f.listener.Close()
	for remote, conn := range f.open {
		_ = conn.Close()
		delete(f.open, remote)
	}
	f.mu.Unlock()
	time.AfterFunc(pause, func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		listener, err := net.Listen("tcp", f.address)
		if err != nil {
			panic(err)
		}
		f.listener = listener
		go f.accept(listener)
	})
}

// handed is a listener whose connections are accepted by somebody else.
type handed struct {
	address     net.Addr
	connections chan net.Conn
	closed      chan struct{}
}

func newHanded(address net.Addr) *handed {
	return &handed{address, make(chan net.Conn), make(chan struct{})}
}
func (h *handed) Accept() (net.Conn, error) {
	select {
	case conn := <-h.connections:
		return conn, nil
	case <-h.closed:
		return nil, net.ErrClosed
	}
}
func (h *handed) Addr() net.Addr { return h.address }
func (h *handed) Close() error   { close(h.closed); return nil }
