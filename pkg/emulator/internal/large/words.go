package large

import (
	"math/rand/v2"
	"strings"
)

// vocabulary is never changed.
var vocabulary = strings.Fields(`account agreement amount approval asset balance batch branch budget campaign carrier case charge claim
		client contract cost credit customer date delivery demand device discount document engine entry event export field filter
		forecast freight goods group import index invoice item journey label ledger limit line list location lot margin market member
		method number offer office order owner package partner payment period plan plant policy price product project quality quantity
		quote rate reason record region report request result return revenue review risk route rule sale sample schedule season service
		share shift site source stage status stock store supply survey target task team term test ticket total tour trade train transfer
		unit usage value vendor visit volume voucher warehouse week weight work year zone`)

// nouns gives a word for a name.
func nouns(i int) string {
	w := vocabulary[i%len(vocabulary)]
	return strings.ToUpper(w[:1]) + w[1:]
}

// sentence makes text of so many words.
func sentence(rnd *rand.Rand, words int) string {
	var b strings.Builder
	for i := range words {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(vocabulary[rnd.IntN(len(vocabulary))])
	}
	return b.String()
}
