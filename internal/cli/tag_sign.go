package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// errSign is returned when a tag should be signed and cannot be.
var errSign = errors.New("the tag cannot be signed")

// signing says with which key and program git is set up to sign tags.
type signing struct {
	format, key, program string
}

// tagSigner gives what signs tags as git is set up to in a repository; nil where it
// is not, or where there is no git to ask.
func (f *Factory) tagSigner(ctx context.Context, dir string) (func(payload []byte) ([]byte, error), error) {
	setting := func(args ...string) string {
		cmd := exec.CommandContext(ctx, "git", append([]string{"-C", dir, "config"}, args...)...)
		cmd.Env = f.Sys.Environ
		out, err := cmd.Output()
		if err != nil {
			return "" // it is not set
		}
		return strings.TrimSpace(string(out))
	}
	if setting("--type=bool", "--get", "tag.gpgSign") != "true" && setting("--type=bool", "--get", "tag.forceSignAnnotated") != "true" {
		return nil, nil
	}
	s := signing{format: setting("--get", "gpg.format"), key: setting("--type=path", "--get", "user.signingKey")}
	switch s.format {
	case "ssh":
		if s.program = setting("--get", "gpg.ssh.program"); s.program == "" {
			s.program = "ssh-keygen"
		}
		if s.key == "" {
			return nil, fmt.Errorf("%w: git is set up to sign with ssh, and user.signingKey is not set", errSign)
		}
		return func(payload []byte) ([]byte, error) { return f.signSSH(ctx, s, payload) }, nil
	case "", "openpgp":
		if s.program = setting("--get", "gpg.program"); s.program == "" {
			s.program = "gpg"
		}
		return func(payload []byte) ([]byte, error) { return f.signGPG(ctx, s, payload) }, nil
	}
	return nil, fmt.Errorf("%w: gpg.format %s is not supported, ssh and openpgp are", errSign, s.format)
}

// signSSH signs as git does. Source: git, gpg-interface.c: namespace git, the key in
// a file where the setting holds the key itself.
func (f *Factory) signSSH(ctx context.Context, s signing, payload []byte) ([]byte, error) {
	key := s.key
	args := []string{"-Y", "sign", "-n", "git", "-f"}
	if literal, ok := strings.CutPrefix(key, "key::"); ok || strings.HasPrefix(key, "ssh-") {
		dir, err := os.MkdirTemp("", "orgkeep-key-*")
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errSign, err)
		}
		defer func() { _ = os.RemoveAll(dir) }()
		key = filepath.Join(dir, "key.pub")
		if !ok {
			literal = s.key
		}
		if err := os.WriteFile(key, []byte(literal+"\n"), 0o600); err != nil {
			return nil, fmt.Errorf("%w: %w", errSign, err)
		}
		args = append(args, key, "-U") // its other half is the agent's
	} else {
		args = append(args, key)
	}
	return f.runSigner(ctx, s.program, args, payload)
}

func (f *Factory) signGPG(ctx context.Context, s signing, payload []byte) ([]byte, error) {
	args := []string{"--status-fd=2", "--batch", "-bsa"}
	if s.key != "" {
		args = append(args, "-u", s.key)
	}
	return f.runSigner(ctx, s.program, args, payload)
}

// runSigner gives the payload to a program and takes the signature from it.
func (f *Factory) runSigner(ctx context.Context, program string, args []string, payload []byte) ([]byte, error) {
	cmd := exec.CommandContext(ctx, program, args...)
	var out, said bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr, cmd.Env = bytes.NewReader(payload), &out, &said, f.Sys.Environ
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("%w: %s: %w: %s", errSign, program, err, strings.TrimSpace(said.String()))
	}
	if !bytes.Contains(out.Bytes(), []byte("SIGNATURE-----")) {
		return nil, fmt.Errorf("%w: %s gave no signature", errSign, program)
	}
	return out.Bytes(), nil
}
