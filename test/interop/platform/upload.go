package main

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	v1 "github.com/conductorone/baton-sdk/pb/c1/connectorapi/baton/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// UploadAsset takes a file: who sends it and for which task, its bytes, their SHA-256, and nothing behind that.
func (p *platform) UploadAsset(stream grpc.ClientStreamingServer[v1.BatonServiceUploadAssetRequest, v1.BatonServiceUploadAssetResponse]) error {
	one := current(stream.Context())
	one.Upload = &upload{Parts: []any{}}
	path := filepath.Join(p.uploads, fmt.Sprintf("upload-%d", one.nth))
	file, err := os.Create(path)
	if err != nil {
		return status.Error(codes.Internal, err.Error())
	}
	defer file.Close()
	if err := p.receive(stream, one, file); err != nil {
		return err
	}
	one.Upload.IsWhole, one.Upload.File = true, path
	return stream.SendAndClose(&v1.BatonServiceUploadAssetResponse{})
}

func (p *platform) receive(stream grpc.ClientStreamingServer[v1.BatonServiceUploadAssetRequest, v1.BatonServiceUploadAssetResponse], one *callOf, file io.Writer) error {
	sum := sha256.New()
	into := io.MultiWriter(file, sum)
	chunks := 0
	isFirst, isOver := true, false
	for {
		if f := one.fault; f != nil && f.AfterChunks != nil && *f.AfterChunks == chunks && !isFirst {
			p.strike(f, one.Connection)
			if f.EndTokens {
				p.issuer.endAll()
			}
			if f.Cut {
				return status.Error(codes.Unavailable, "cut as scripted")
			}
			return f.err()
		}
		part, err := stream.Recv()
		switch {
		case errors.Is(err, io.EOF) && isOver:
			return nil
		case errors.Is(err, io.EOF):
			return status.Error(codes.InvalidArgument, "the upload has no end")
		case err != nil:
			return err
		}
		if flaw := part.ValidateAll(); flaw != nil {
			return status.Error(codes.InvalidArgument, flaw.Error())
		}
		switch {
		case isOver:
			return status.Error(codes.InvalidArgument, "more behind the end")
		case isFirst != part.HasMetadata():
			return status.Error(codes.InvalidArgument, "metadata come first, and once")
		case part.HasMetadata():
			isFirst = false
			one.Task, one.Upload.HostID = part.GetMetadata().GetTaskId(), part.GetMetadata().GetHostId()
			one.Upload.Parts = append(one.Upload.Parts, "metadata")
		case part.HasData():
			chunks++
			one.Upload.Parts = append(one.Upload.Parts, len(part.GetData().GetData()))
			if _, err := into.Write(part.GetData().GetData()); err != nil {
				return status.Error(codes.Internal, err.Error())
			}
		default:
			isOver = true
			one.Upload.Parts = append(one.Upload.Parts, "eof")
			if !bytes.Equal(sum.Sum(nil), part.GetEof().GetSha256Checksum()) {
				return status.Error(codes.InvalidArgument, "another checksum")
			}
		}
	}
}
