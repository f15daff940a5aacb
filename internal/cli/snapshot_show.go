package cli

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/orgkeep/orgkeep/internal/capture"
	"github.com/orgkeep/orgkeep/internal/cli/iostreams"
)

// The outcomes of a snapshot, as programs get them.
const (
	outcomeFirst     = "first"
	outcomeChanged   = "changed"
	outcomeUnchanged = "unchanged"
	outcomeDryRun    = "dry-run"
)

// snapshotResult is what was recorded of one org.
type snapshotResult struct {
	Org      string `json:"org"`
	OrgID    string `json:"org_id"`
	Outcome  string `json:"outcome"`
	Revision string `json:"revision,omitempty"`
	Since    string `json:"since,omitempty"`
	Branch   string `json:"branch"`
	Tag      string `json:"tag,omitempty"`
	// Full tells that everything was retrieved, and not only what moved.
	Full       bool `json:"full"`
	Complete   bool `json:"complete"`
	Components int  `json:"components"`
	// Asked and Returned count the components of this run.
	Asked    int            `json:"asked"`
	Returned int            `json:"returned"`
	Counts   counts         `json:"counts"`
	Authors  []string       `json:"authors"`
	Commits  []string       `json:"commits"`
	Changes  []changeResult `json:"changes"`
	Missing  []missing      `json:"missing"`
	// Missed are changes that only the full run could find.
	Missed []string `json:"missed"`
	// Plan is that of a dry run.
	Plan     *retrievePlan `json:"plan,omitempty"`
	Warnings []fileWarning `json:"warnings"`
	Notes    []string      `json:"notes"`
	TookMS   int64         `json:"took_ms"`

	changes []change
	took    time.Duration
	since   time.Time
}

// fileWarning is something about one file.
type fileWarning struct {
	Path   string `json:"path"`
	Reason string `json:"reason"`
}

func (f *Factory) snapshotResultOf(info OrgInfo, r *capture.Result) snapshotResult {
	out := snapshotResult{
		Org: info.Alias, OrgID: info.OrgID, Branch: info.Settings.Branch, Outcome: outcomeUnchanged,
		Complete: r.State.Coverage.Complete(), Components: len(r.State.Tree.Components(r.State.Registry)),
		Authors: []string{}, Commits: []string{}, Warnings: []fileWarning{}, Notes: append([]string{}, r.Notes...),
		Full: r.Full, Missed: []string{}, Missing: missingOf("", r.State.Coverage), TookMS: r.Duration.Milliseconds(), took: r.Duration,
	}
	out.Asked, out.Returned = r.State.Coverage.Counts()
	switch {
	case r.First:
		out.Outcome = outcomeFirst
	case r.Changed():
		out.Outcome = outcomeChanged
	}
	if !r.New.IsZero() {
		out.Revision = r.New.String()
	}
	if !r.Old.IsZero() {
		out.Since = r.Old.String()
	}
	out.changes = authored(r.Diff.Changes, r.Authors)
	slices.SortStableFunc(out.changes, func(a, b change) int { return b.When.Compare(a.When) })
	out.Counts, out.Changes = countsOf(out.changes), changeResults(out.changes)
	for _, c := range out.changes {
		if !slices.Contains(out.Authors, c.Author) {
			out.Authors = append(out.Authors, c.Author)
		}
	}
	for _, id := range r.Commits {
		out.Commits = append(out.Commits, id.String())
	}
	for _, c := range r.Missed {
		out.Missed = append(out.Missed, c.String())
	}
	for _, w := range r.State.Warnings {
		out.Warnings = append(out.Warnings, fileWarning{w.Path, w.Reason})
	}
	return out
}

// showSnapshot prints one org: a short report for people, a row for programs.
func (f *Factory) showSnapshot(r snapshotResult) error {
	for _, note := range r.Notes {
		f.IO.Note("note: %s", iostreams.Clean(note))
	}
	if r.Plan != nil {
		return f.showRetrievePlan(r)
	}
	f.showMissed(r)
	if !f.IO.OutIsTerminal() {
		t := f.IO.NewTable("org", "revision", "outcome", "added", "changed", "deleted", "components", "missing")
		t.Row(r.Org, r.Revision, r.Outcome, strconv.Itoa(r.Counts.Added), strconv.Itoa(r.Counts.Changed), strconv.Itoa(r.Counts.Deleted),
			strconv.Itoa(r.Components), strconv.Itoa(len(r.Missing)))
		err := t.Write()
		f.showWarnings(r)
		f.showGaps(r)
		return err
	}
	s := snapshotPrinter{f: f, r: r, style: f.IO.OutStyle()}
	s.head()
	if err := s.changes(); err != nil {
		return err
	}
	f.showWarnings(r)
	s.foot()
	f.showGaps(r)
	return nil
}

// showMissed says on stderr what a full run has found and the runs before could
// not.
func (f *Factory) showMissed(r snapshotResult) {
	for i, name := range r.Missed {
		if i == 0 {
			f.IO.Note("note: %s changed without a trace in the org's listing, so that only this full run saw it:", plural(len(r.Missed), "component"))
		}
		if i == shownMissing {
			f.IO.Note("  … %s more", thousands(len(r.Missed)-i))
			break
		}
		f.IO.Note("  ~ %s", iostreams.Clean(name))
	}
	if len(r.Missed) > 0 {
		f.IO.Note("  From now on each run retrieves these types.")
	}
}

// showWarnings says on stderr which files are not stored as they should be.
func (f *Factory) showWarnings(r snapshotResult) {
	for i, w := range r.Warnings {
		if i == shownMissing {
			f.IO.Note("  … %s more warnings", thousands(len(r.Warnings)-i))
			break
		}
		f.IO.Note("  ! %s  %s", iostreams.Clean(w.Path), iostreams.Clean(w.Reason))
	}
}

// showGaps says on stderr what of the org is not in the snapshot as it is now.
func (f *Factory) showGaps(r snapshotResult) {
	if r.Complete {
		return
	}
	f.IO.Note("%s  incomplete: %s of %s components came", f.IO.ErrStyle().Bold(r.Org), thousands(r.Returned), thousands(r.Asked))
	for i, g := range groupMissing(r.Missing) {
		if i == shownMissing {
			f.IO.Note("  …")
			break
		}
		f.IO.Note("  ? %s", iostreams.Fit(g.String(), f.IO.Width()-len("  ? ")))
	}
	f.IO.Note("  Kept as they were; nothing was taken as deleted.")
	f.IO.Note("  See:  orgkeep coverage %s", r.Org)
}

type snapshotPrinter struct {
	f     *Factory
	r     snapshotResult
	style iostreams.Style
}

func (s snapshotPrinter) line(format string, args ...any) {
	fmt.Fprintf(s.f.IO.Out, format+"\n", args...)
}

// head is the line with the org and how much of it came, the time at its end.
func (s snapshotPrinter) head() {
	r := s.r
	what := fmt.Sprintf("%s components, %s of what can be retrieved", thousands(r.Components), percent(r.Returned, r.Asked))
	switch r.Outcome {
	case outcomeUnchanged:
		what = fmt.Sprintf("no change since %s", s.f.revision(r.Since))
		if !r.since.IsZero() {
			what += " (" + iostreams.Relative(s.f.Now(), r.since) + ")"
		}
		what += "  checked " + plural(r.Components, "component")
	case outcomeFirst:
		what = "first snapshot: " + what
	case outcomeDryRun:
		what = "nothing recorded (dry run): " + what
	}
	took := iostreams.Took(r.took)
	room := s.f.IO.Width() - len(r.Org) - len("  ") - len("  ") - len(took)
	if iostreams.Columns(what) > room {
		s.line("%s  %s", s.style.Bold(r.Org), iostreams.Fit(what, s.f.IO.Width()-len(r.Org)-2))
		return
	}
	s.line("%s  %s  %s", s.style.Bold(r.Org), iostreams.Pad(what, min(room, headRight)), s.style.Dim(took))
}

// headRight is where the time stands on a wide terminal.
const headRight = 62

// percent gives a share as people read it; 100 % is said only of all.
func percent(part, of int) string {
	if of == 0 || part >= of {
		return "100 %"
	}
	tenths := min(part*1000/of, 999)
	return fmt.Sprintf("%d.%d %%", tenths/10, tenths%10)
}

// shownChanges bounds how many changes a snapshot names.
const shownChanges = 10

func (s snapshotPrinter) changes() error {
	r := s.r
	if len(r.changes) == 0 {
		return nil
	}
	since := ""
	if !r.since.IsZero() {
		since = "   since " + iostreams.Relative(s.f.Now(), r.since)
	}
	s.line("  %s%s%s\n", r.Counts.marks(s.style), since, s.people())
	t := s.f.IO.NewTable("kind", "type", "name", "by", "when")
	t.Bare, t.Indent, t.Shrink, t.Paint = true, "  ", []int{1, 2, 3}, paintMark(s.style)
	for i, c := range r.changes {
		if i == shownChanges {
			break
		}
		t.Row(c.Kind.Mark(), typeName(c.Component.Type), c.Component.FullName, s.f.user(c.Author), s.when(c))
	}
	if err := t.Write(); err != nil {
		return err
	}
	if n := len(r.changes) - shownChanges; n > 0 {
		s.line("  … %s more:  orgkeep show %s", thousands(n), r.Org)
	}
	return nil
}

func (s snapshotPrinter) when(c change) string {
	if c.When.IsZero() {
		return "(no date)"
	}
	return iostreams.Relative(s.f.Now(), c.When)
}

// people counts those who are known; one is named in the list.
func (s snapshotPrinter) people() string {
	known := len(slices.DeleteFunc(slices.Clone(s.r.Authors), func(a string) bool { return a == unknownAuthor }))
	switch known {
	case 0:
		return ""
	case 1:
		return ", by 1 person"
	}
	return fmt.Sprintf(", by %d people", known)
}

func (s snapshotPrinter) foot() {
	r := s.r
	if len(r.Commits) == 0 {
		return
	}
	tagged := ""
	if r.Tag != "" {
		tagged = ", tagged " + r.Tag
	}
	s.line("\n  %s on %s, newest %s%s", plural(len(r.Commits), "commit"), r.Branch, s.f.revision(r.Revision), tagged)
	if r.Outcome == outcomeFirst {
		s.f.IO.Note("  Next:  orgkeep log %[1]s, orgkeep drift %[1]s", r.Org)
	}
}
