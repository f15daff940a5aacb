// Package emulator is a Salesforce org that runs in memory and speaks the
// Metadata API over real HTTP.
package emulator
