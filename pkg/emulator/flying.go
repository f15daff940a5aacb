package emulator

// fly counts a call as being answered, until what it gives is called.
func (s *Server) fly(call string) (land func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.flying[call]++
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.flying[call]--
	}
}

// InFlight counts the calls of a name that are being answered now. Of retrieves it
// is the jobs under way too: a call starts one and is answered at once.
func (s *Server) InFlight(call string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.flying[call]
	if call == "retrieve" {
		for _, job := range s.jobs.retrieves {
			if s.now().Before(job.ends) {
				n++
			}
		}
	}
	return n
}
