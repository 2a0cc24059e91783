package main

import (
	"encoding/json"
	"sync"
	"time"

	v1 "github.com/conductorone/baton-sdk/pb/c1/connectorapi/baton/v1"
)

// queue gives out tasks in the order of the script.
type queue struct {
	mu      sync.Mutex
	waiting []scripted
	given   map[string]*given
	// finished is what tasks ended with, by their ids.
	finished map[string]any
	endedAt  time.Time
	// idle counts questions since the last task has ended.
	idle int
	told bool
}

type given struct {
	at         time.Time
	quietAfter time.Duration
	over       bool
}

// idleEnough: so many questions in vain, and the script is done.
const idleEnough = 2

func newQueue(s *script) *queue {
	return &queue{waiting: s.Tasks, given: map[string]*given{}, finished: map[string]any{}}
}

// take gives up to so many tasks, and says once whether nothing is left to do.
func (q *queue) take(most int) (tasks []*v1.Task, isDone bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(tasks) < most && len(q.waiting) > 0 && q.isDue(q.waiting[0]) {
		next := q.waiting[0]
		q.waiting = q.waiting[1:]
		task, err := next.filled(q.finished)
		if err != nil {
			panic(err)
		}
		q.given[task.GetId()] = &given{at: time.Now(), quietAfter: ms(next.QuietAfter)}
		tasks = append(tasks, task)
	}
	if len(tasks) == 0 && len(q.waiting) == 0 && q.allOver() {
		q.idle++
	} else {
		q.idle = 0
	}
	isDone = q.idle >= idleEnough && !q.told
	q.told = q.told || isDone
	return tasks, isDone
}

func (q *queue) isDue(next scripted) bool {
	return next.Beside || q.allOver() && time.Since(q.endedAt) >= ms(next.After)
}

func (q *queue) allOver() bool {
	for _, one := range q.given {
		isQuiet := one.quietAfter > 0 && time.Since(one.at) > one.quietAfter
		if !one.over && !isQuiet {
			return false
		}
	}
	return true
}

// end notes what a task was finished with, as JSON; nil where that is nothing.
func (q *queue) end(id string, with []byte) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if one := q.given[id]; one != nil {
		one.over = true
	}
	q.endedAt = time.Now()
	var told any
	if json.Unmarshal(with, &told) == nil {
		q.finished[id] = told
	}
}
