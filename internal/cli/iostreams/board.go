package iostreams

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
)

// Board shows how far a run is, on stderr: on a terminal a block with a line per
// phase that is redrawn in place and gone at the end; elsewhere a line for each
// phase when it is done; nothing in a quiet run. It is safe for concurrent use.
type Board struct {
	io    *Streams
	now   func() time.Time
	title string

	mu     sync.Mutex
	bars   *mpb.Progress
	phases map[string]*phase
	said   time.Time // when a pipe was last told how far the run is
	order  []*phase
	row    *row // instead of a block of its own
}

type phase struct {
	name        string
	begun, last time.Time
	bar         *mpb.Bar

	// The bar reads these while it draws, when Step may be waiting for it.
	mu sync.Mutex
	Progress
	over bool
}

// Progress is how far a phase is: Done of Total units. A total of zero is not known
// yet.
type Progress struct {
	Phase       string
	Done, Total int
	Unit        string
	Bytes       int64  // that came so far; zero where nobody counts
	Expected    int64  // bytes that there will be, as estimated; zero where nobody knows
	Note        string // what is being waited for, in words
}

func (p *phase) set(now Progress) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.Progress = now
}

func (p *phase) complete() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.Total > 0 && p.Done >= p.Total
}

// finish tells whether it was under way until now.
func (p *phase) finish() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	before := p.over
	p.over = true
	return !before
}

// barWidth is that of the bar itself; a line has more.
const barWidth = 24

// NewBoard begins a board; title is what the run is about, "prod". Nothing is
// shown before the first Step.
func (s *Streams) NewBoard(title string, now func() time.Time) *Board {
	return &Board{io: s, now: now, title: Clean(title), phases: map[string]*phase{}}
}

// Step shows a phase of which only the count is known.
func (b *Board) Step(name string, done, total int, unit string) {
	b.Show(Progress{Phase: name, Done: done, Total: total, Unit: unit})
}

// Show says how far a phase is. Phases overlap; the first step of one ends those
// before that have done all they have to do.
func (b *Board) Show(now Progress) {
	name := now.Phase
	now.Unit, now.Note = Clean(now.Unit), Clean(now.Note)
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.io.quiet {
		return
	}
	p, known := b.phases[name]
	if !known {
		for _, before := range b.order {
			if before.complete() {
				b.end(before)
			}
		}
		p = &phase{name: Clean(name), begun: b.now()}
		b.phases[name] = p
		b.order = append(b.order, p)
		b.draw(p)
	}
	p.last = b.now()
	p.set(now)
	if b.row != nil {
		b.row.show(p)
	}
	p.fill()
	b.say(p)
}

// sayEvery is how often a run in a pipe says how far it is.
const sayEvery = 5 * time.Second

// say writes a line of a phase under way, where there is no bar. The caller holds
// b.mu.
func (b *Board) say(p *phase) {
	if p.bar != nil || p.complete() {
		return
	}
	if b.said.IsZero() {
		b.said = p.last
	}
	if p.last.Sub(b.said) < sayEvery {
		return
	}
	b.said = p.last
	fmt.Fprintf(b.io.Err, "%s  %-8s  %s\n", b.title, p.name, p.line(p.last.Sub(p.begun), math.MaxInt))
}

// Close takes the block away, or writes the lines of the phases that are open. It
// may be called twice.
func (b *Board) Close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, p := range b.order {
		b.end(p)
	}
	if b.bars != nil {
		for _, p := range b.phases {
			p.bar.Abort(true)
		}
		b.bars.Wait()
		b.bars = nil
	}
}

// fill draws the bar: empty while nobody knows how much there is to do, full when
// the phase is over. It holds no lock while it waits for the bar, which takes p.mu
// when it draws.
func (p *phase) fill() {
	if p.bar == nil {
		return
	}
	done, total := p.extent()
	// Never complete, as totals grow: the board takes the bars away at its end.
	p.bar.SetTotal(total, false)
	p.bar.SetCurrent(done)
}

// extent is how much of the bar is filled.
func (p *phase) extent() (done, total int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	done, total = p.share()
	if total == 0 {
		done, total = 0, 1
	}
	if p.over {
		done = total
	}
	return done, total
}

// share is how much is done of how much: in bytes where somebody knows how many
// there will be, as they come all the time and batches rarely. The caller holds
// p.mu, or nobody else uses p.
func (p *phase) share() (done, total int64) {
	if p.Expected > 0 && p.Done < p.Total {
		return p.Bytes, max(p.Expected, p.Bytes)
	}
	if p.Total == 0 {
		return 0, 0
	}
	return int64(p.Done), int64(max(p.Total, p.Done))
}

func (b *Board) end(p *phase) {
	ended := p.finish()
	p.fill()
	if ended && p.bar == nil {
		fmt.Fprintf(b.io.Err, "%s  %-8s  %s  %s\n", b.title, p.name, p.count(), Took(p.last.Sub(p.begun)))
	}
}

// count says how far a phase is: "6 of 9 batches". The caller holds p.mu, or is
// the last to use p.
func (p *phase) count() string {
	if p.Total > 0 && p.Done < p.Total {
		return fmt.Sprintf("%d of %d %s", p.Done, p.Total, p.Unit)
	}
	if p.Done == 1 {
		return "1 " + singular(p.Unit)
	}
	return fmt.Sprintf("%d %s", p.Done, p.Unit)
}

func singular(unit string) string {
	if one, ok := strings.CutSuffix(unit, "ches"); ok {
		return one + "ch" // batches
	}
	if one, ok := strings.CutSuffix(unit, "ies"); ok {
		return one + "y" // queries
	}
	return strings.TrimSuffix(unit, "s")
}

// draw adds a phase's line to the block.
func (b *Board) draw(p *phase) {
	if b.row != nil {
		p.bar = b.row.draw(b)
		return
	}
	if !b.io.ErrIsTerminal() {
		return
	}
	if b.bars == nil {
		b.bars = b.io.newBars()
	}
	// Without a total at first: a bar that has one keeps it.
	p.bar = b.bars.New(0, barStyle(), mpb.BarWidth(barWidth),
		mpb.PrependDecorators(decor.Name(b.title+"  "+fmt.Sprintf("%-8s", p.name)+"  ")),
		mpb.AppendDecorators(decor.Any(func(decor.Statistics) string { return b.line(p) })))
}

// newBars begins a block of bars. The terminal is behind the redactor, where the
// library does not see it.
func (s *Streams) newBars() *mpb.Progress {
	return mpb.New(mpb.WithOutput(leftmost{s.Err}), mpb.ForceTTY(), mpb.WithAutoRefresh(), mpb.WithWidth(s.Width()))
}

// leftmost takes the cursor to the left before the library takes it up: the terminal
// may have moved it by showing a key, such as ^C.
type leftmost struct{ to io.Writer }

func (w leftmost) Write(p []byte) (int, error) {
	if !bytes.HasPrefix(p, []byte("\x1b[")) {
		return w.to.Write(p)
	}
	n, err := w.to.Write(append([]byte("\r"), p...))
	return max(0, n-1), err
}

func barStyle() mpb.BarStyleComposer {
	return mpb.BarStyle().Lbound("").Rbound("").Filler("█").Tip("█").Padding("░")
}

// line is what stands behind a phase's bar.
func (b *Board) line(p *phase) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	gap, room := b.room()
	if p.over {
		return gap + fitting(room, []string{p.count(), "done"}, []string{p.shortCount(), "done"})
	}
	return gap + p.line(b.now().Sub(p.begun), room)
}

const (
	// narrow is a terminal that has no room for bars.
	narrow = 60
	// leastBar is what lines leave for the bar elsewhere, the gap behind it included.
	leastBar = 10
)

// room tells how wide a line may be behind the bar, and what keeps it off the bar.
func (b *Board) room() (gap string, columns int) {
	title := utf8.RuneCountInString(b.title)
	if b.row != nil {
		title = b.row.width
	}
	// The library puts a blank on either side of a bar.
	columns = b.io.Width() - title - utf8.RuneCountInString(fmt.Sprintf("  %-8s    ", ""))
	if b.io.Width() < narrow {
		return "", columns
	}
	return "  ", columns - leastBar
}

// line says how far a phase is that began so long ago, how fast it is and how long
// it will take, and of this less where there is less room. The caller holds p.mu, or
// nobody else uses p.
func (p *phase) line(since time.Duration, room int) string {
	var size, rate, left, shortLeft string
	if p.Bytes > 0 {
		size = Bytes(p.Bytes)
		if since >= time.Second {
			rate = Bytes(int64(float64(p.Bytes)/since.Seconds())) + "/s"
		}
	}
	took := Took(since)
	shortLeft = took
	if rest := p.rest(since); rest >= time.Second {
		shortLeft = Took(rest) + " left"
		left = "about " + shortLeft
	}
	return fitting(
		room,
		[]string{p.count(), size, rate, took, left, p.Note},
		[]string{p.count(), size, took, left, p.Note},
		[]string{p.count(), size, took, left},
		[]string{p.shortCount(), size, took, left},
		[]string{p.shortCount(), size, shortLeft},
		[]string{p.shortCount(), shortLeft},
	)
}

// rest is how long a phase will take that began so long ago, to the second; zero where
// nobody can tell.
func (p *phase) rest(since time.Duration) time.Duration {
	done, total := p.share()
	if done == 0 || done >= total || since < time.Second {
		return 0
	}
	return time.Duration(float64(since) / float64(done) * float64(total-done)).Round(time.Second)
}

// shortCount says how far a phase is, without the unit.
func (p *phase) shortCount() string {
	if p.Total > 0 && p.Done < p.Total {
		return fmt.Sprintf("%d/%d", p.Done, p.Total)
	}
	return strconv.Itoa(p.Done)
}

// fitting gives the first way of saying something that fits, or else the last.
func fitting(room int, ways ...[]string) string {
	text := ""
	for _, parts := range ways {
		text = strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), "  ")
		if utf8.RuneCountInString(text) <= room {
			break
		}
	}
	return text
}

// Bytes writes a size as people read it: "1.4 MB".
func Bytes(n int64) string {
	const step = 1000
	if n < step {
		return fmt.Sprintf("%d B", n)
	}
	size, unit := float64(n)/step, "kB"
	for _, next := range []string{"MB", "GB", "TB"} {
		if size < step {
			break
		}
		size, unit = size/step, next
	}
	return fmt.Sprintf("%.1f %s", size, unit)
}
