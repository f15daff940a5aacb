package orgstate

import (
	"strings"
	"time"
)

// User is a user of the org.
type User struct {
	ID       string `json:"id"` // 18 characters
	Username string `json:"username"`
	Name     string `json:"name"`
	Email    string `json:"email"`
}

// Stamp says who does something, and when.
type Stamp struct {
	User User
	Time time.Time
}

// Users are the users of an org by their names.
type Users struct{ list []User }

// Add adds a user, or gives the one that has the name already.
func (u *Users) Add(ids *IDs, username, name string) User {
	if known, ok := u.Find(username); ok {
		return known
	}
	user := User{ID: ids.New("005"), Username: username, Name: name, Email: username}
	u.list = append(u.list, user)
	return user
}

// All gives every user in the order added; the first is the administrator.
func (u *Users) All() []User { return u.list }

// Find looks a user up by name.
func (u *Users) Find(username string) (User, bool) {
	for _, user := range u.list {
		if strings.EqualFold(user.Username, username) {
			return user, true
		}
	}
	return User{}, false
}

// Known tells whether a name in metadata is a user's: the service ignores the
// suffix that a sandbox adds, on either side.
func (u *Users) Known(username string) bool {
	if _, ok := u.Find(username); ok {
		return true
	}
	for _, user := range u.list {
		if suffixed(username, user.Username) || suffixed(user.Username, username) {
			return true
		}
	}
	return false
}

// suffixed tells whether long is short with one more part after a dot.
func suffixed(long, short string) bool {
	if len(long) <= len(short) || !strings.EqualFold(long[:len(short)], short) {
		return false
	}
	rest := long[len(short):]
	return rest[0] == '.' && !strings.Contains(rest[1:], ".")
}
