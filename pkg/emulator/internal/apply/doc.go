// Package apply is what a deploy does: [Run] takes the zip and the options, works
// on a copy of the org and says what happened, component by component.
//
// package.xml decides what is deployed and must agree with the zip. Components
// are upserted; what carries a name of its own goes only when a destructive
// manifest names it. What a type does about the parts that a file leaves out
// stands in merge_*.go, what cannot be deleted in delete_*.go, and where the
// platform is not known or differs, a row of package behaviour decides.
//
// The rule it guards: a wrong plan must fail here as it would there, or leave
// behind what it would leave behind there.
package apply
