//go:build race

package diff_test

// slowness is how many times slower than usual this build may be.
const slowness = 20
