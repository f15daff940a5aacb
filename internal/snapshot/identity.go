package snapshot

import "strings"

// Identity is who commits, found where git finds it: the environment, then the
// repository's, the user's and the system's configuration. It returns
// ErrNoIdentity when a name or an address is missing; nothing is guessed from the
// host. When is the present time.
func (s *Store) Identity() (Signature, error) {
	c, err := s.userConfig()
	if err != nil {
		return Signature{}, err
	}
	env := s.opts.Env
	sig := Signature{
		Name:  first(env("GIT_COMMITTER_NAME"), c.get("committer.name"), c.get("user.name")),
		Email: first(env("GIT_COMMITTER_EMAIL"), c.get("committer.email"), c.get("user.email"), env("EMAIL")),
		When:  s.opts.Now(),
	}
	if strings.TrimSpace(sig.Name) == "" || strings.TrimSpace(sig.Email) == "" {
		return Signature{}, ErrNoIdentity
	}
	return sig, nil
}
