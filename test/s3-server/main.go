// An S3 server for tests: versitygw over a folder, with one account, on one port of this machine.
package main

import (
	"flag"
	"log"
	"os"

	"github.com/versity/versitygw/auth"
	"github.com/versity/versitygw/backend/meta"
	"github.com/versity/versitygw/backend/posix"
	"github.com/versity/versitygw/s3api"
	"github.com/versity/versitygw/s3api/middlewares"
)

func main() {
	address := flag.String("address", "127.0.0.1:7070", "where to listen")
	data := flag.String("data", "", "a folder for objects; a folder in it is a bucket")
	about := flag.String("about", "", "a folder for what is known of the objects")
	flag.Parse()

	notes, err := meta.NewSideCar(*about)
	must(err)
	store, err := posix.New(*data, notes, posix.PosixOpts{SideCarDir: *about, ValidateBucketNames: true, Concurrency: 100})
	must(err)
	root := auth.Account{Access: os.Getenv("S3_ACCESS"), Secret: os.Getenv("S3_SECRET"), Role: auth.RoleAdmin}
	server, err := s3api.New(store, middlewares.RootUserConfig{Access: root.Access, Secret: root.Secret}, "us-east-1",
		auth.NewIAMServiceSingle(root), nil, nil, nil, nil, s3api.WithQuiet(), s3api.WithKeepAlive(), s3api.WithHealth("/health"),
		s3api.WithConcurrencyLimiter(1000, 1000), s3api.WithMpMaxParts(10000))
	must(err)
	must(server.ServeMultiPort([]string{*address}))
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
