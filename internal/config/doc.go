// Package config reads what a user may set: the environment, handed in as a
// list ([NewEnv]), and orgkeep.yaml at the repository's root ([Load]).
//
// An unknown key is an error that names file and line, as a setting that is
// misspelt would otherwise be ignored in silence. An org that no setting names
// works with the defaults.
//
// It holds no secrets and writes nothing but the first orgkeep.yaml ([Template]).
// It guards the rule that the environment is read in one place: other packages
// are handed values, never the environment.
package config
