package main

import (
	"encoding/json"
	"strings"
	"sync"
	"time"

	"google.golang.org/grpc/metadata"
)

// asked is a call, as it stands in the trace. Nothing in it is secret: a token is told by what it is.
type asked struct {
	// Seq is the place in the order in which calls came; they are told in the order in which they were answered.
	Seq        int               `json:"seq"`
	Call       string            `json:"call"`
	At         int64             `json:"atMs"`
	Connection string            `json:"connection"`
	Task       string            `json:"task,omitempty"`
	Status     string            `json:"status"`
	Reason     string            `json:"reason,omitempty"`
	Metadata   map[string]string `json:"metadata,omitempty"`
	Request    json.RawMessage   `json:"request,omitempty"`
	// Given are the ids of the tasks that were answered.
	Given  []string `json:"given,omitempty"`
	Upload *upload  `json:"upload,omitempty"`
	// Token are the facts of a request for one.
	Token map[string]any `json:"token,omitempty"`

	nth, nthOfTask int
}

// upload is what came of one try to send a file.
type upload struct {
	HostID string `json:"hostId"`
	// Parts are the messages in order: "metadata", the sizes of chunks, "eof".
	Parts   []any  `json:"parts"`
	IsWhole bool   `json:"isWhole"`
	File    string `json:"file,omitempty"`
}

type trace struct {
	mu      sync.Mutex
	out     *json.Encoder
	began   time.Time
	seq     int
	counts  map[string]int
	tasks   map[string]int
	callers map[string]struct{}
}

// begin notes that a call has come, and tells it.
func (t *trace) begin(call, task, connection string) *asked {
	t.mu.Lock()
	defer t.mu.Unlock()
	_ = t.out.Encode(map[string]any{"came": call})
	if t.counts == nil {
		t.began, t.counts, t.tasks = time.Now(), map[string]int{}, map[string]int{}
	}
	t.seq++
	t.counts[call]++
	t.tasks[call+task]++
	return &asked{
		Seq: t.seq, Call: call, At: time.Since(t.began).Milliseconds(), Connection: connection, Task: task,
		nth: t.counts[call], nthOfTask: t.tasks[call+task],
	}
}

func (t *trace) tell(line any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	_ = t.out.Encode(line)
}

// told are the metadata of a call, with the token by what it is.
func told(md metadata.MD, tokenIs string) map[string]string {
	result := map[string]string{}
	for key, values := range md {
		result[key] = strings.Join(values, ", ")
	}
	result[":authority"], _, _ = strings.Cut(result[":authority"], ":")
	if header, ok := result["authorization"]; ok {
		scheme, _, _ := strings.Cut(header, " ")
		result["authorization"] = scheme + " <" + tokenIs + ">"
	}
	return result
}
