// Package iostreams is what commands write to: the three streams with what is
// known of the terminal behind them ([New]), colours, tables that are aligned
// for people and tab-separated for programs, and times that are relative for
// people and exact for programs.
//
// It guards two rules. Nothing that was told to be secret leaves through a
// stream ([Redactor]), whichever way it was cut into writes. And text that comes
// from an org cannot steer a terminal ([Clean]).
//
// It does not parse flags and knows no command.
package iostreams
