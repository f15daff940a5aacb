package orgstate

import "strings"

// IDs makes record ids. They depend on the seed and on the order of calls alone.
type IDs struct {
	pod  string
	next uint64
}

// NewIDs starts a series.
func NewIDs(seed int64) *IDs {
	return &IDs{pod: base62(uint64(seed)%(62*62), 2), next: 1}
}

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// New gives an 18-character id that begins with the key prefix.
func (i *IDs) New(prefix string) string {
	id := prefix + i.pod + "0" + base62(i.next, 9)
	i.next++
	return ID18(id)
}

func base62(n uint64, width int) string {
	b := make([]byte, width)
	for at := width - 1; at >= 0; at-- {
		b[at] = alphabet[n%62]
		n /= 62
	}
	return string(b)
}

// ID18 adds the three characters that make a 15-character id safe where case
// is lost: each tells which of five characters are capitals.
func ID18(id15 string) string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
	if len(id15) != 15 {
		return id15
	}
	var suffix strings.Builder
	for block := 0; block < 15; block += 5 {
		bits := 0
		for at := range 5 {
			if c := id15[block+at]; c >= 'A' && c <= 'Z' {
				bits |= 1 << at
			}
		}
		suffix.WriteByte(letters[bits])
	}
	return id15 + suffix.String()
}

// prefixOf gives the key prefix of a type's records. Source: general knowledge;
// nothing may depend on it.
func prefixOf(typ string) string {
	switch typ {
	case "ApexClass":
		return "01p"
	case "ApexTrigger":
		return "01q"
	case "ApexPage":
		return "066"
	case "ApexComponent":
		return "099"
	case "CustomObject":
		return "01I"
	case "CustomField":
		return "00N"
	case "Layout":
		return "00h"
	case "Profile":
		return "00e"
	case "PermissionSet":
		return "0PS"
	case "Report":
		return "00O"
	case "Dashboard":
		return "01Z"
	case "EmailTemplate":
		return "00X"
	case "Document":
		return "015"
	case "Flow":
		return "301"
	case "FlowDefinition":
		return "300"
	case "RecordType":
		return "012"
	case "ListView":
		return "00B"
	case "StaticResource":
		return "081"
	case "Queue", "Group":
		return "00G"
	case "LightningComponentBundle":
		return "0Rb"
	case "AuraDefinitionBundle":
		return "0Ab"
	default:
		return "0Mt"
	}
}
