package snapshot

import (
	"context"
	"crypto/ed25519"
	"encoding/pem"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"
)

// sshGit serves the repositories of this machine over ssh, as sshd and git do, to
// whoever has the key. It gives its address and what known_hosts has to say.
func sshGit(t *testing.T, user ssh.PublicKey) (addr, known string) {
	t.Helper()
	_, hostKey, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	host, err := ssh.NewSignerFromKey(hostKey)
	if err != nil {
		t.Fatal(err)
	}
	conf := &ssh.ServerConfig{PublicKeyCallback: func(_ ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
		if string(key.Marshal()) != string(user.Marshal()) {
			return nil, errors.New("another key")
		}
		return nil, nil
	}}
	conf.AddHostKey(host)
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go serveSSH(t.Context(), conn, conf)
		}
	}()
	addr = listener.Addr().String()
	return addr, knownhosts.Line([]string{knownhosts.Normalize(addr)}, host.PublicKey()) + "\n"
}

func serveSSH(ctx context.Context, conn net.Conn, conf *ssh.ServerConfig) {
	_, channels, requests, err := ssh.NewServerConn(conn, conf)
	if err != nil {
		return
	}
	go ssh.DiscardRequests(requests)
	for c := range channels {
		channel, requests, err := c.Accept()
		if err != nil {
			return
		}
		go serveSession(ctx, channel, requests)
	}
}

func serveSession(ctx context.Context, channel ssh.Channel, requests <-chan *ssh.Request) {
	for r := range requests {
		var payload struct{ Command string }
		if r.Type != "exec" || ssh.Unmarshal(r.Payload, &payload) != nil {
			_ = r.Reply(r.Type == "env", nil)
			continue
		}
		_ = r.Reply(true, nil)
		service, path, _ := strings.Cut(payload.Command, " ")
		cmd := exec.CommandContext(ctx, service, strings.Trim(path, "'")) //nolint:gosec // a test's own repository
		cmd.Stdout, cmd.Stderr = channel, channel.Stderr()
		in, _ := cmd.StdinPipe()
		go func() { _, _ = io.Copy(in, channel); _ = in.Close() }()
		status := struct{ Code uint32 }{}
		if cmd.Run() != nil {
			status.Code = 1
		}
		_, _ = channel.SendRequest("exit-status", false, ssh.Marshal(status))
		_ = channel.Close()
	}
}

func keyFile(t *testing.T, passphrase string) (file string, public ssh.PublicKey) {
	t.Helper()
	_, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	block, err := ssh.MarshalPrivateKeyWithPassphrase(private, "", []byte(passphrase))
	if err != nil {
		t.Fatal(err)
	}
	file = filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
		t.Fatal(err)
	}
	return file, signer.PublicKey()
}

// Not parallel: the library reads which hosts are known from the environment.
func TestARemoteIsReachedBySSHWithAKeyAndAKnownHost(t *testing.T) {
	bare, _, b := twoClones(t)
	key, public := keyFile(t, "pass")
	addr, known := sshGit(t, public)
	hosts := filepath.Join(t.TempDir(), "known_hosts")
	t.Setenv("SSH_KNOWN_HOSTS", hosts)
	if err := os.WriteFile(hosts, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	git(t, dir, "clone", "-q", bare, "a")
	git(t, filepath.Join(dir, "a"), "remote", "set-url", "origin", "ssh://git@"+addr+bare)
	a, err := Open(filepath.Join(dir, "a"), testOptions())
	if err != nil {
		t.Fatal(err)
	}
	lock(t, a)
	want := snap(t, a, files{"a": "2"}, "second").Commits[0]
	push := func(r Remote) error {
		_, err := a.Push(t.Context(), r, []string{branchName}, nil)
		return err
	}
	with := Remote{KeyFile: key, KeyPassword: "pass"}
	if err := push(with); err == nil || !strings.Contains(err.Error(), "known_hosts") {
		t.Errorf("a host that is not known: %v", err)
	}
	if err := os.WriteFile(hosts, []byte(known), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := push(Remote{KeyFile: key, KeyPassword: "wrong"}); err == nil {
		t.Error("a key was read without its passphrase")
	}
	other, _ := keyFile(t, "pass")
	if err := push(Remote{KeyFile: other, KeyPassword: "pass"}); !errors.Is(err, ErrRemoteSignIn) {
		t.Errorf("another key: %v", err)
	}
	if err := push(with); err != nil {
		t.Fatal(err)
	}
	if got := fetch(t, b).New; got != want {
		t.Errorf("the remote has %s", got)
	}
}
