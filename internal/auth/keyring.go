package auth

import (
	"errors"
	"fmt"
	"time"

	"github.com/zalando/go-keyring"
)

// keyringTimeout is how long a keyring may take: one that asks the user to
// unlock it where nobody looks would hang for ever.
const keyringTimeout = 3 * time.Second

// service is the name under which keyrings show our entries.
const service = "orgkeep"

// errNoSecret is returned by a Keyring for a name that it does not hold.
var errNoSecret = errors.New("no such entry in the keyring")

// Keyring keeps a text per name. An error means that it cannot be used here.
type Keyring interface {
	Get(name string) (string, error)
	Set(name, secret string) error
	Delete(name string) error
}

// SystemKeyring is the keyring of the system that the user is logged in to. A
// call that takes over three seconds is an error.
func SystemKeyring() Keyring { return systemKeyring{timeout: keyringTimeout} }

// systemKeyring keeps entries of the service orgkeep.
type systemKeyring struct{ timeout time.Duration }

// Get returns errNoSecret for a name that is not there.
func (k systemKeyring) Get(name string) (string, error) {
	secret, err := within(k.timeout, func() (string, error) { return keyring.Get(service, name) })
	if errors.Is(err, keyring.ErrNotFound) {
		return "", errNoSecret
	}
	return secret, err
}

// Set replaces what is there.
func (k systemKeyring) Set(name, secret string) error {
	_, err := within(k.timeout, func() (string, error) { return "", keyring.Set(service, name, secret) })
	return err
}

// Delete is content with a name that is not there.
func (k systemKeyring) Delete(name string) error {
	_, err := within(k.timeout, func() (string, error) { return "", keyring.Delete(service, name) })
	if errors.Is(err, keyring.ErrNotFound) {
		return nil
	}
	return err
}

// within gives up on a call that takes too long. The call itself cannot be
// stopped; its goroutine ends when it does.
func within(limit time.Duration, call func() (string, error)) (string, error) {
	type answer struct {
		secret string
		err    error
	}
	done := make(chan answer, 1)
	go func() {
		secret, err := call()
		done <- answer{secret, err}
	}()
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case a := <-done:
		return a.secret, a.err
	case <-timer.C:
		return "", fmt.Errorf("the keyring did not answer within %s", limit)
	}
}
