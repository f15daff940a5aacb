package deployplan

import (
	"bytes"
	"strings"

	"github.com/beevik/etree"
)

// mentionsUser tells whether a file names a user who goes by another name in the
// org.
func (b *builder) mentionsUser(content []byte) bool {
	for from := range b.in.Users {
		if bytes.Contains(bytes.ToLower(content), []byte(strings.ToLower(from))) {
			return true
		}
	}
	return false
}

// mapUsers gives users the names that they have in the org. Only a whole value is
// one: names in code and texts stay.
func (e *edit) mapUsers(at *etree.Element, path string) {
	for _, child := range at.ChildElements() {
		name := strings.TrimPrefix(path+"."+child.Tag, ".")
		if len(child.ChildElements()) > 0 {
			e.mapUsers(child, name)
			continue
		}
		for from, to := range e.b.in.Users {
			if strings.EqualFold(strings.TrimSpace(child.Text()), from) {
				child.SetText(to)
				e.may(name, "", from+" is "+to+" in this org")
				break
			}
		}
	}
}
