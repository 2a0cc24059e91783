package main

import (
	"sync"
	"time"

	v1 "github.com/conductorone/baton-sdk/pb/c1/connectorapi/baton/v1"
)

// queue gives out tasks in the order of the script.
type queue struct {
	mu      sync.Mutex
	waiting []scripted
	given   map[string]*given
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
	return &queue{waiting: s.Tasks, given: map[string]*given{}}
}

// take gives up to so many tasks, and says once whether nothing is left to do.
func (q *queue) take(most int) (tasks []*v1.Task, isDone bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(tasks) < most && len(q.waiting) > 0 && (q.waiting[0].Beside || q.allOver()) {
		next := q.waiting[0]
		q.waiting = q.waiting[1:]
		q.given[next.task.GetId()] = &given{at: time.Now(), quietAfter: ms(next.QuietAfter)}
		tasks = append(tasks, next.task)
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

func (q *queue) allOver() bool {
	for _, one := range q.given {
		isQuiet := one.quietAfter > 0 && time.Since(one.at) > one.quietAfter
		if !one.over && !isQuiet {
			return false
		}
	}
	return true
}

func (q *queue) end(id string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if one := q.given[id]; one != nil {
		one.over = true
	}
}
