package demo

// User is somebody of the org.
type User struct{ Username, Name string }

// Administrator is the user whom the demo signs in as. None of the changes are
// made under that name.
func Administrator() User { return User{"ada.admin@acme.example", "Ada Admin"} }

// maria and tom change the org while nobody looks: she administers sales and
// service, he develops.
func maria() User { return User{"maria.keller@acme.example", "Maria Keller"} }
func tom() User   { return User{"tom.osei@acme.example", "Tom Osei"} }

// Users are all users whom the metadata names, the administrator first. An org
// without them refuses the queues, rules and dashboards that name them.
func Users() []User {
	return []User{Administrator(), maria(), tom(), {"jo.brandt@acme.example", "Jo Brandt"}}
}
