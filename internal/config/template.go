package config

// Template is the settings file that a new repository gets: everything in it is
// a comment, so that the defaults hold until somebody changes them.
func Template() []byte {
	return []byte(`# What orgkeep does in this repository. Every setting has a default; an unknown
# key is an error. Secrets do not belong here: orgkeep auth login keeps them.
version: 1

# orgs:
#   prod:
#     branch: org/prod        # where the snapshots go
#     root: metadata          # the folder of that branch that holds the org
#     api-version: "66.0"     # default: the highest one at sign-in
#     full-every: 7d          # in between, snapshots retrieve what moved
#     include: [ApexClass, "Flow:Case_*"]  # default: everything
#     exclude: ["Report:Private/*", Document]
#     namespaces: [acmepkg]   # packages to take along; default: all, [] for none
#     allow-production: true  # roll back production without --production
#     max-deletes: 20         # a rollback that deletes more is refused
#     sandbox: uat            # the name behind its user names; default: from its host
#     users:                  # who a user in metadata is in this org, for deploys
#       tom@acme.example: tina@acme.example.uat

# Who is behind a Salesforce username, for the authors of commits.
# users:
#   ada@acme.example: Ada Lovelace <ada@example.com>

# Which repeated elements have no order, where orgkeep knows too little or goes
# too far for you. What else it sorts: orgkeep normalize --rules
# normalize:
#   carriage-returns: raw     # in text: bare as sf writes them; default: escaped
#   rules:
#     - type: ConnectedApp
#       path: oauthConfig.scopes
#       key: .                # its own text; or a child's name, or [several, names]
#       reason: a list of rights, whatever its order
#     - type: Profile
#       path: loginFlows
#       keep: true            # in the order of the file

# What drift lets pass, each for a reason and up to a day. An expired rule hides
# nothing any more and says so. Patterns: * and ?
# drift:
#   ignore:
#     - type: Profile           # or what lives in its files: CustomField
#       name: "*"
#       element: userPermissions  # the dotted path; with what is below it
#       key: ViewSetup          # the entry; without element: the whole component
#       reason: moves with each release of the platform
#       owner: platform team
#       until: 2027-03-31       # the last day, or never
#   mask: [users]               # beside what is certain: orgkeep help configuration
`)
}
