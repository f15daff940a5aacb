package iostreams

import (
	"fmt"
	"sync"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
)

// Boards shows several runs side by side, on a terminal with a line for each; the
// line tells of the phase that the run is in. Elsewhere its boards are as any.
type Boards struct {
	io   *Streams
	now  func() time.Time
	bars *mpb.Progress
	all  []*Board
}

// NewBoards begins a block with a line for each title. A single one has a block of
// its own, as from [Streams.NewBoard].
func (s *Streams) NewBoards(now func() time.Time, titles ...string) *Boards {
	g := &Boards{io: s, now: now}
	if s.ErrIsTerminal() && !s.quiet && len(titles) > 1 {
		g.bars = s.newBars()
	}
	width := 0
	for _, title := range titles {
		width = max(width, len(title))
	}
	for _, title := range titles {
		b := s.NewBoard(title, now)
		if g.bars != nil {
			b.row = &row{group: g, width: width}
		}
		g.all = append(g.all, b)
	}
	return g
}

// Board is the board of the n-th title. Its Close leaves its line as it is.
func (g *Boards) Board(n int) *Board { return g.all[n] }

// Alone tells whether the board has a block of its own, and the run can say more of
// itself.
func (b *Board) Alone() bool { return b.row == nil }

// Close takes the block away.
func (g *Boards) Close() {
	for _, b := range g.all {
		b.Close()
		if b.row != nil && b.row.bar != nil {
			b.row.bar.Abort(true)
		}
	}
	if g.bars != nil {
		g.bars.Wait()
		g.bars = nil
	}
}

// row is the one line that a board has among others.
type row struct {
	group *Boards
	width int
	bar   *mpb.Bar

	mu    sync.Mutex // never held while the bar is told something
	phase *phase
}

// draw makes the line, once.
func (r *row) draw(b *Board) *mpb.Bar {
	if r.bar == nil {
		r.bar = r.group.bars.New(0, barStyle(), mpb.BarWidth(barWidth),
			mpb.PrependDecorators(decor.Any(func(decor.Statistics) string { return fmt.Sprintf("%-*s  %-8s  ", r.width, b.title, r.shown().name) })),
			mpb.AppendDecorators(decor.Any(func(decor.Statistics) string { return b.line(r.shown()) })))
	}
	return r.bar
}

// show makes a phase the one that the line tells of.
func (r *row) show(p *phase) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.phase = p
}

func (r *row) shown() *phase {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.phase == nil {
		return &phase{begun: r.group.now()}
	}
	return r.phase
}
