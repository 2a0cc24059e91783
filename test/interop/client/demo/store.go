package main

import (
	"slices"
	"sync"
)

// store is what tasks have made, by type. It ends with the process.
type store struct {
	mu   sync.Mutex
	rows map[string][]string
}

func (s *store) ids(resourceType string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.rows[resourceType])
}

func (s *store) add(resourceType, id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.rows == nil {
		s.rows = map[string][]string{}
	}
	s.rows[resourceType] = append(s.rows[resourceType], id)
}

// remove says whether it was there.
func (s *store) remove(resourceType, id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	place := slices.Index(s.rows[resourceType], id)
	if place < 0 {
		return false
	}
	s.rows[resourceType] = slices.Delete(s.rows[resourceType], place, place+1)
	return true
}
