package emulator

import (
	"time"

	"github.com/orgkeep/orgkeep/pkg/emulator/internal/orgstate"
)

// jobs are the asynchronous jobs of an org. Nothing runs in the background: the
// clock says what would have happened by now, and [Server.advance] makes it so
// before anything looks at the org.
type jobs struct {
	retrieves map[string]*retrieveJob
	deploys   map[string]*deployJob
	queue     []*deployJob // in the order in which they came; one runs at a time
	free      time.Time    // when the last queued deploy will have ended
}

func newJobs() jobs {
	return jobs{retrieves: map[string]*retrieveJob{}, deploys: map[string]*deployJob{}}
}

// timing is when a job begins and ends on the server's clock.
type timing struct {
	by           orgstate.Stamp
	begins, ends time.Time
}

// waits is the part of a job's time that it stands in the queue.
const waits = 4

func (s *Server) timing(by orgstate.Stamp, from time.Time) timing {
	return timing{by: by, begins: from.Add(s.set.latency / waits), ends: from.Add(s.set.latency)}
}

// advance brings every job to where the clock says it is.
func (s *Server) advance() {
	now := s.now()
	for len(s.jobs.queue) > 0 {
		next := s.jobs.queue[0]
		if !next.finished() && now.Before(next.ends) {
			break
		}
		s.jobs.queue = s.jobs.queue[1:]
		if !next.finished() {
			s.settle(next.ends)
			s.runDeploy(next)
		}
	}
	s.settle(now)
}
