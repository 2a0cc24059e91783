package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"time"

	v1 "github.com/conductorone/baton-sdk/pb/c1/connectorapi/baton/v1"
	"google.golang.org/genproto/googleapis/rpc/code"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
)

// script is what the platform does. Times are in milliseconds.
type script struct {
	NextPoll      int        `json:"nextPollMs"`
	NextHeartbeat int        `json:"nextHeartbeatMs"`
	TokenSeconds  int        `json:"tokenSeconds"`
	ClockAhead    int        `json:"clockAheadMs"`
	Tasks         []scripted `json:"tasks"`
	Faults        []fault    `json:"faults"`
}

// scripted is a task that is given once the tasks before it have ended.
type scripted struct {
	Task json.RawMessage `json:"task"`
	// Beside: it is given at once, whatever the tasks before it do.
	Beside bool `json:"beside"`
	// QuietAfter: nothing may ever be told about its end; it counts as ended so long after it was given.
	QuietAfter int `json:"quietAfterMs"`
	// After: it is given so long after the tasks before it have ended.
	After int `json:"afterMs"`
}

// placeholder is how a task names what another one was finished with: its id, and the way to a text.
var placeholder = regexp.MustCompile(`\{\{(\w+) ([\w.]+)\}\}`)

// filled is the task, with what the tasks before it were finished with. A text that is not there is left as it stands.
func (s *scripted) filled(finished map[string]any) (*v1.Task, error) {
	text := placeholder.ReplaceAllFunc(s.Task, func(found []byte) []byte {
		parts := placeholder.FindSubmatch(found)
		value := finished[string(parts[1])]
		for _, name := range strings.Split(string(parts[2]), ".") {
			fields, _ := value.(map[string]any)
			value = fields[name]
		}
		text, ok := value.(string)
		quoted, err := json.Marshal(text)
		if !ok || err != nil {
			return found
		}
		return quoted[1 : len(quoted)-1]
	})
	task := &v1.Task{}
	return task, protojson.Unmarshal(text, task)
}

// fault is how the platform answers some calls. Calls are counted from 1, each kind for itself.
type fault struct {
	// Call is Token or the name of a method.
	Call string `json:"call"`
	From int    `json:"from"`
	// To: the last call that is hit; only From when left out.
	To int `json:"to"`
	// Task: only calls about this task are hit, and only they are counted.
	Task string `json:"task"`
	// Code is the name of a gRPC status.
	Code string `json:"code"`
	// Status is an HTTP status, for Token.
	Status int `json:"status"`
	// AfterChunks: an upload is refused, or cut, behind so many chunks instead of at once.
	AfterChunks *int `json:"afterChunks"`
	// Cut: the connection ends in the middle of the call.
	Cut bool `json:"cut"`
	// Cancelled: the heartbeat is answered so.
	Cancelled bool `json:"cancelled"`
	// EndTokens: no token that was given before the call, or before it came so far, is taken any more.
	EndTokens bool `json:"endTokens"`
	// Down: nobody listens for so long, from the call on.
	Down int `json:"downMs"`
	// Hold: the answer comes so much later.
	Hold int `json:"holdMs"`
}

func readScript(text []byte) (*script, error) {
	result := &script{NextPoll: 100, NextHeartbeat: 1_000, TokenSeconds: 3_600}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(result); err != nil {
		return nil, err
	}
	for _, one := range result.Tasks {
		if _, err := one.filled(nil); err != nil {
			return nil, err
		}
	}
	for _, f := range result.Faults {
		if _, ok := code.Code_value[f.Code]; f.Code != "" && !ok {
			return nil, fmt.Errorf("no such code: %s", f.Code)
		}
	}
	return result, nil
}

// faultOf finds the first fault that hits a call: of any task the nth, of its task the nthOfTask.
func (s *script) faultOf(call, task string, nth, nthOfTask int) *fault {
	for i := range s.Faults {
		f := &s.Faults[i]
		count := nth
		if f.Task != "" {
			count = nthOfTask
		}
		if f.Call == call && (f.Task == "" || f.Task == task) && count >= f.From && count <= max(f.From, f.To) {
			return f
		}
	}
	return nil
}

func (f *fault) err() error {
	if f == nil || f.Code == "" {
		return nil
	}
	return status.Error(codes.Code(code.Code_value[f.Code]), "as scripted: "+strings.ToLower(f.Code))
}

func ms(count int) time.Duration { return time.Duration(count) * time.Millisecond }
