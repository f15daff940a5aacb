package auth

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/orgkeep/orgkeep/internal/config"
	"github.com/orgkeep/orgkeep/internal/state"
)

// Modes of what the store writes.
const (
	dirMode  = 0o700
	fileMode = 0o600
)

// Store keeps sign-ins by alias. It is not safe for writing from several
// goroutines at once; several processes may use it, as files are replaced whole.
type Store struct {
	Env config.Env
	FS  state.FS
	// Keyring is nil where secrets shall be in files.
	Keyring Keyring
	// Secret is told every secret before it is used; may be nil.
	Secret func(...string)
}

// Load gives an alias's sign-in: the environment's if it has one, else the one
// that was stored. It returns ErrNotSignedIn when there is none.
func (s *Store) Load(alias string) (Login, Secrets, error) {
	if err := config.CheckAlias(alias); err != nil {
		return Login{}, Secrets{}, err
	}
	login, secrets, err := s.fromEnvironment(alias)
	if login.Alias == "" && err == nil {
		login, secrets, err = s.stored(alias)
	}
	if err != nil {
		return Login{}, Secrets{}, fmt.Errorf("%s: %w", alias, err)
	}
	s.tell(secrets)
	return login, secrets, nil
}

func (s *Store) tell(secrets Secrets) {
	if s.Secret != nil {
		s.Secret(secrets.All()...)
	}
}

func (s *Store) stored(alias string) (Login, Secrets, error) {
	login, err := s.readLogin(alias)
	if err != nil {
		return Login{}, Secrets{}, err
	}
	text, err := s.secretsOf(login)
	if err != nil {
		return Login{}, Secrets{}, err
	}
	var secrets Secrets
	if err := json.Unmarshal([]byte(text), &secrets); err != nil {
		// The error may quote what it could not read.
		return Login{}, Secrets{}, errors.New("what was stored of the sign-in cannot be read")
	}
	return login, secrets, nil
}

func (s *Store) secretsOf(login Login) (string, error) {
	if login.Secrets == InKeyring {
		ring := s.Keyring
		if ring == nil {
			return "", fmt.Errorf("%w: its secrets are in the keyring, which is switched off", ErrNotSignedIn)
		}
		text, err := ring.Get(login.Alias)
		if errors.Is(err, errNoSecret) {
			return "", fmt.Errorf("%w: the keyring no longer has its secrets", ErrNotSignedIn)
		}
		if err != nil {
			return "", fmt.Errorf("read the keyring: %w", err)
		}
		return text, nil
	}
	name, err := s.path("secrets", login.Alias)
	if err != nil {
		return "", err
	}
	data, err := os.ReadFile(name)
	if errors.Is(err, os.ErrNotExist) {
		return "", fmt.Errorf("%w: %s is gone", ErrNotSignedIn, name)
	}
	if err != nil {
		return "", fmt.Errorf("read the secrets: %w", err)
	}
	return string(data), nil
}

// Save stores a sign-in in place of an earlier one. The returned Login says where
// the secrets went; note is for the user when that is not the keyring though one
// was asked for.
func (s *Store) Save(login Login, secrets Secrets) (saved Login, note string, err error) {
	if err := config.CheckAlias(login.Alias); err != nil {
		return Login{}, "", err
	}
	s.tell(secrets)
	text, err := json.Marshal(secrets)
	if err != nil {
		return Login{}, "", fmt.Errorf("encode the secrets: %w", err)
	}
	login.Secrets = InKeyring
	if s.Keyring == nil || s.Keyring.Set(login.Alias, string(text)) != nil {
		login.Secrets = InFile
		name, err := s.write("secrets", login.Alias, text)
		if err != nil {
			return Login{}, "", fmt.Errorf("store the secrets: %w", err)
		}
		if s.Keyring != nil {
			note = "no keyring here: the secrets are in " + name + ", readable by you alone"
		}
	} else if err := s.remove("secrets", login.Alias); err != nil {
		return Login{}, "", err
	}
	about, err := json.MarshalIndent(login, "", "  ")
	if err != nil {
		return Login{}, "", fmt.Errorf("encode the sign-in: %w", err)
	}
	if _, err := s.write("orgs", login.Alias, append(about, '\n')); err != nil {
		return Login{}, "", fmt.Errorf("store the sign-in: %w", err)
	}
	return login, note, nil
}

// Stored gives what is kept of an alias, its secrets apart, whatever the
// environment says. It returns ErrNotSignedIn when there is nothing.
func (s *Store) Stored(alias string) (Login, error) {
	login, err := s.readLogin(alias)
	if err != nil {
		return Login{}, fmt.Errorf("%s: %w", alias, err)
	}
	return login, nil
}

// Delete forgets what is stored of an alias. It returns ErrNotSignedIn when
// there is nothing.
func (s *Store) Delete(alias string) error {
	login, err := s.readLogin(alias)
	if err != nil {
		return fmt.Errorf("%s: %w", alias, err)
	}
	var ring error
	if login.Secrets == InKeyring && s.Keyring != nil {
		if err := s.Keyring.Delete(alias); err != nil {
			ring = fmt.Errorf("remove the secrets from the keyring: %w", err)
		}
	}
	return errors.Join(ring, s.remove("secrets", alias), s.remove("orgs", alias))
}

// List gives all sign-ins, those of the environment among them, by alias.
func (s *Store) List() ([]Login, error) {
	dir, err := s.folder("orgs")
	if err != nil && !errors.Is(err, config.ErrNoHome) {
		return nil, err
	}
	var logins []Login
	if err == nil {
		if logins, err = s.listStored(dir); err != nil {
			return nil, err
		}
	}
	for _, alias := range s.Env.Orgs() {
		login, secrets, err := s.fromEnvironment(alias)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", alias, err)
		}
		s.tell(secrets)
		same := func(l Login) bool { return config.VariableOf(l.Alias, "") == config.VariableOf(alias, "") }
		if i := slices.IndexFunc(logins, same); i >= 0 {
			login.Alias = logins[i].Alias
			logins[i] = login
		} else {
			logins = append(logins, login)
		}
	}
	slices.SortFunc(logins, func(a, b Login) int { return strings.Compare(a.Alias, b.Alias) })
	return logins, nil
}

func (s *Store) listStored(dir string) ([]Login, error) {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("list the sign-ins: %w", err)
	}
	var logins []Login
	for _, entry := range entries {
		alias, ok := strings.CutSuffix(entry.Name(), ".json")
		if !ok || config.CheckAlias(alias) != nil {
			continue
		}
		login, err := s.readLogin(alias)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", alias, err)
		}
		logins = append(logins, login)
	}
	return logins, nil
}

func (s *Store) readLogin(alias string) (Login, error) {
	name, err := s.path("orgs", alias)
	if errors.Is(err, config.ErrNoHome) {
		return Login{}, ErrNotSignedIn
	}
	if err != nil {
		return Login{}, err
	}
	data, err := os.ReadFile(name)
	if errors.Is(err, os.ErrNotExist) {
		return Login{}, ErrNotSignedIn
	}
	if err != nil {
		return Login{}, fmt.Errorf("read the sign-in: %w", err)
	}
	login := Login{}
	if err := json.Unmarshal(data, &login); err != nil {
		return Login{}, fmt.Errorf("read %s: %w", name, err)
	}
	login.Alias = alias
	return login, nil
}

func (s *Store) folder(name string) (string, error) {
	dir, err := s.Env.UserDir()
	if err != nil {
		return "", fmt.Errorf("find the user's configuration: %w", err)
	}
	return filepath.Join(dir, name), nil
}

func (s *Store) path(folder, alias string) (string, error) {
	if err := config.CheckAlias(alias); err != nil {
		return "", err
	}
	dir, err := s.folder(folder)
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, alias+".json"), nil
}

func (s *Store) write(folder, alias string, data []byte) (string, error) {
	name, err := s.path(folder, alias)
	if err != nil {
		return "", err
	}
	dir := filepath.Dir(name)
	if err := s.FS.MkdirAll(dir, dirMode); err != nil {
		return "", fmt.Errorf("make %s: %w", dir, err)
	}
	return name, state.WriteFile(s.FS, name, data, fileMode)
}

func (s *Store) remove(folder, alias string) error {
	name, err := s.path(folder, alias)
	if err != nil {
		return err
	}
	if err := s.FS.Remove(name); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("remove %s: %w", name, err)
	}
	return nil
}
