package normalize

import (
	"fmt"
	"strings"
)

// ruleNode stands for an element on the way to others that have rules.
type ruleNode struct {
	rule     *Rule // of the element itself, nil for a list
	decided  bool  // a rule names this very path
	children map[string]*ruleNode
	// rest stands for every child without a name here, where a rule of the type
	// holds at any depth; nil where none does.
	rest *ruleNode
}

func newRuleNode() *ruleNode { return &ruleNode{children: map[string]*ruleNode{}} }

func (n *ruleNode) child(name []byte) *ruleNode {
	if n == nil {
		return nil
	}
	if c, ok := n.children[string(name)]; ok {
		return c
	}
	return n.rest
}

// compileRules makes a tree of rules for each root element. No element is named
// by two rules with the same path.
func compileRules(rules []Rule) map[string]*ruleNode {
	roots := map[string]*ruleNode{}
	deep := map[string][]*Rule{}
	for i := range rules {
		r := &rules[i]
		if roots[r.Type] == nil {
			roots[r.Type] = newRuleNode()
		}
		if strings.HasPrefix(r.Path, anyDepth) {
			deep[r.Type] = append(deep[r.Type], r)
			continue
		}
		at := roots[r.Type].descend(r.Path)
		at.decide(r)
	}
	for typ, rules := range deep {
		roots[typ].spread(restOf(rules))
	}
	return roots
}

func (n *ruleNode) descend(path string) *ruleNode {
	for name := range strings.SplitSeq(path, ".") {
		if n.children[name] == nil {
			n.children[name] = newRuleNode()
		}
		n = n.children[name]
	}
	return n
}

func (n *ruleNode) decide(r *Rule) {
	n.decided = true
	if r.Set() {
		n.rule = r
	}
}

// restOf makes the node for all elements that only rules for any depth concern.
func restOf(rules []*Rule) *ruleNode {
	rest := newRuleNode()
	rest.rest = rest
	for _, r := range rules {
		leaf := &ruleNode{children: rest.children, rest: rest}
		leaf.decide(r)
		rest.children[strings.TrimPrefix(r.Path, anyDepth+".")] = leaf
	}
	return rest
}

// spread adds the rules for any depth to a tree; a rule for the very path wins.
func (n *ruleNode) spread(rest *ruleNode) {
	for _, c := range n.children {
		c.spread(rest)
	}
	n.rest = rest
	for name, leaf := range rest.children {
		known, ok := n.children[name]
		if !ok {
			n.children[name] = leaf
		} else if !known.decided {
			known.rule = leaf.rule
		}
	}
}

// checkCustom refuses rules that are faulty or contradict each other. Roots are
// the types that are known; others may be newer, but names that differ from a
// known one in case alone would match nothing.
func checkCustom(rules []Rule, roots map[string]bool) error {
	seen := map[string]int{}
	for i, r := range rules {
		if err := r.check(); err != nil {
			return fmt.Errorf("custom rule %d: %w", i+1, err)
		}
		if known := inOtherCase(r.Type, roots); known != "" {
			return fmt.Errorf("custom rule %d: %w: there is no type %s, but %s", i+1, ErrRule, r.Type, known)
		}
		if first, ok := seen[r.place()]; ok {
			return fmt.Errorf("custom rule %d: %w: %s is already decided by rule %d", i+1, ErrRule, r.place(), first)
		}
		seen[r.place()] = i + 1
	}
	return nil
}

// inOtherCase gives the known type that a name may mean, "" where it is known or
// like none.
func inOtherCase(name string, roots map[string]bool) string {
	if roots[name] {
		return ""
	}
	for known := range roots {
		if strings.EqualFold(known, name) {
			return known
		}
	}
	return ""
}

// mergeRules lets custom rules replace the built-in ones for the same element.
func mergeRules(base, custom []Rule) []Rule {
	replaced := map[string]bool{}
	for _, r := range custom {
		replaced[r.place()] = true
	}
	merged := make([]Rule, 0, len(base)+len(custom))
	for _, r := range base {
		if !replaced[r.place()] {
			merged = append(merged, r)
		}
	}
	return append(merged, custom...)
}

func (r Rule) place() string { return r.Type + " " + r.Path }
