// Package auth signs in to orgs: it gets tokens by the OAuth flows that
// Salesforce has ([Flow]), keeps what is needed to get them again ([Store]), and
// gives the protocol a source of tokens that renews itself ([Source]).
//
// What is secret of a sign-in lies in the system's keyring, or, where there is
// none, in a file of mode 0600 in a folder of mode 0700 below the user's own
// configuration; never in a repository. In a pipeline everything can come from
// the environment, which wins over what is stored and needs no file.
//
// Access tokens that can be had again are never stored: they live in memory for
// one command.
//
// SOAP login() with user name and password is not offered: it is gone from API
// 65.0 on, switched off in new orgs, and retired altogether with Summer '27.
//
// The rule it guards: a token goes to no host but one of Salesforce's, loopback,
// or one that the user has named as trusted ([CheckURL]).
package auth
