package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// helpTopics are read with `orgkeep help TOPIC`; they run nothing.
func helpTopics() []*cobra.Command {
	topic := func(name, short, long string) *cobra.Command {
		c := &cobra.Command{Use: name, Short: short, Long: strings.TrimSpace(long)}
		// A topic has neither usage nor flags.
		c.SetHelpFunc(func(c *cobra.Command, _ []string) { fmt.Fprintln(c.OutOrStdout(), c.Long) })
		return c
	}
	return []*cobra.Command{
		topic("exit-codes", "What exit codes mean", exitCodesHelp()),
		topic("environment", "Variables that orgkeep reads", environmentHelp),
		topic("configuration", "Settings of a repository: orgkeep.yaml", configurationHelp),
		topic("formats", "What is written, where, and in which form", formatsHelp),
	}
}

func exitCodesHelp() string {
	var b strings.Builder
	b.WriteString("One table for all commands. Treat a code that is not here as a failure.\n\n")
	for _, row := range exitTable() {
		fmt.Fprintf(&b, "  %3d  %s\n", row.code, row.meaning)
	}
	b.WriteString("\nWhere several apply: 1 over 3 over 2 over 0; over several orgs, an error that\nall failed ones share keeps its code, else 1.")
	return b.String()
}

const environmentHelp = `
A flag wins over a variable, a variable over orgkeep.yaml.

Signing in without a stored login, for pipelines. ALIAS in capitals, with _
for - (prod-eu: ORGKEEP_ORG_PROD_EU_INSTANCE_URL). They win over a stored
login and need neither keyring nor file:

  ORGKEEP_ORG_<ALIAS>_SFDX_AUTH_URL   force://..., enough on its own
or
  ORGKEEP_ORG_<ALIAS>_INSTANCE_URL    https://acme.my.salesforce.com
and one of
  ORGKEEP_ORG_<ALIAS>_ACCESS_TOKEN
  ORGKEEP_ORG_<ALIAS>_CLIENT_ID, _CLIENT_SECRET             client credentials
  ORGKEEP_ORG_<ALIAS>_CLIENT_ID, _USERNAME, _JWT_KEY        JWT; the key in PEM
                                      or _JWT_KEY_FILE    or its file
  ORGKEEP_ORG_<ALIAS>_CLIENT_ID, _REFRESH_TOKEN             refresh token
and, if wanted,
  ORGKEEP_ORG_<ALIAS>_LOGIN_URL       where tokens come from (default: instance)
  ORGKEEP_ORG_<ALIAS>_API_VERSION     66.0 (default: the highest)
  ORGKEEP_ORG_<ALIAS>_ORG_ID          any other org is refused

The rest:

  ORGKEEP_CONFIG_DIR     where sign-ins are kept (default: orgkeep in
                         $XDG_CONFIG_HOME, %APPDATA% or ~/.config)
  ORGKEEP_KEYRING=off    keep secrets in a file (mode 0600) there
  ORGKEEP_TRUSTED_HOSTS  hosts besides Salesforce's that may get tokens
  ORGKEEP_CA_FILE        certificates to trust as well, in PEM
  ORGKEEP_SEAL_KEY       the key for secrets (orgkeep seal export)
  ORGKEEP_GIT_TOKEN      for --push over https; ORGKEEP_GIT_USER where the host
                         wants a name with it
  ORGKEEP_GIT_SSH_KEY    for --push over ssh: a key file (default: the agent),
                         and ORGKEEP_GIT_SSH_PASSPHRASE
  ORGKEEP_GIT_LOCAL=on   --push also to a folder of this machine
  HTTPS_PROXY, HTTP_PROXY, NO_PROXY
  NO_COLOR               no colours
  ORGKEEP_PAGER, PAGER   what diff, show and log are read with on a terminal
                         (default: less; cat is none)
  GIT_AUTHOR_NAME, GIT_AUTHOR_EMAIL, GIT_COMMITTER_NAME, GIT_COMMITTER_EMAIL
                         as for git`

const configurationHelp = `
orgkeep.yaml at the repository's root. Everything in it is optional; an
unknown key is an error with its line. There are no secrets in it.

  version: 1
  orgs:
    prod:
      branch: org/prod        where the snapshots go
      root: metadata          the folder of that branch that holds the org
      api-version: "66.0"     default: the highest one at sign-in
      allow-production: true  roll back production without --production
      max-deletes: 20         a rollback that deletes more is refused
      sandbox: uat            behind its user names; default: from its host
      users: {tom@acme.example: tina@acme.example.uat}
                              who a user in metadata is in this org; as --map
  users:                    who is behind a Salesforce username, for authors
    ada@acme.example: Ada Lovelace <ada@example.com>
  normalize:                what is sorted, or kept, against the built-in rules
    carriage-returns: raw   in text; default: escaped, which no tool folds
    rules:
      - {type: ConnectedApp, path: oauthConfig.scopes, key: ., reason: rights}
      - {type: Profile, path: loginFlows, keep: true}
  drift:
    ignore:                 what drift lets pass, counted in every report
      - type: Profile         and what lives in its files
        name: "*"             a pattern with * and ?, whatever the case
        element: userPermissions  a pattern for the dotted path, with what is
        key: ViewSetup            below it, and one for the entry
        reason: moves with each release of the platform
        owner: platform team
        until: 2027-03-31     the last day, or never; later it hides nothing
    mask: [users]           what counts as equal, beside what is certain

Masks, of drift and of diff between two orgs. By default, as they hide nothing
that could be deployed: sandbox (the sandbox's name behind a user name), canvas
(places in flows that lay themselves out), hidden-code (managed code that the
org does not show). On request, here or with --mask: users (in alerts, tasks,
queues, assignments, shares, sites), positions (in all flows), endpoints, oauth
(consumer keys and callbacks), domains (of sites), ids (of records, in texts).

The key of a rule of normalize is a child's name, a list of names, or . for the
element's own text; compare: ci or numeric sorts otherwise than by code point.
The rules in force: orgkeep normalize --rules

An org that is not listed works with the defaults. Aliases are made of
lower-case letters, digits, - and _.`

const formatsHelp = `
Results
  stdout is data, stderr is everything else. A terminal gets tables and relative
  times; a pipe gets tab-separated columns, full ids and RFC 3339 times in UTC.
  --json prints one document:
    {"schema_version":"1","command":"log","result":...,"warnings":[]}
  --jq EXPR filters it. With --json an error is one JSON object on stderr with
  code, message and hint. Fields may be added; a removal raises schema_version.

Repository
  An ordinary Git repository. Snapshots of the org ALIAS are commits on the
  branch org/ALIAS, told by the trailer Orgkeep-Snapshot.
    metadata/               the org in metadata format, with its package.xml
    .orgkeep/coverage.json  what of the org is in the snapshot, and what is not
  refs/orgkeep/ holds what can be rebuilt, .git/orgkeep/ what belongs to one
  clone.

Revisions
  What git takes, and: ALIAS (its newest snapshot), ALIAS~3 (three snapshots
  before), ALIAS@2026-11-02 and ALIAS@2026-11-02T14:00Z (the newest then).
  Where two states are compared, org:ALIAS is the live org, and dir:PATH a
  folder in metadata format.`
