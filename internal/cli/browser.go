package cli

import (
	"context"
	"os/exec"
	"runtime"
)

// openBrowser shows a page, and prints its address for where that does not work:
// on a server, or in a container.
func (f *Factory) openBrowser(ctx context.Context, url string) {
	f.IO.Note("Sign in with your browser. If none opens, go to\n  %s", url)
	// The last bytes may wait for more, see Redactor; here nothing more comes.
	_ = f.IO.Err.Flush()
	var cmd *exec.Cmd
	switch runtime.GOOS {
	case "darwin":
		cmd = exec.CommandContext(ctx, "open", url)
	case "windows":
		cmd = exec.CommandContext(ctx, "rundll32", "url.dll,FileProtocolHandler", url)
	default:
		cmd = exec.CommandContext(ctx, "xdg-open", url)
	}
	cmd.Env = f.Sys.Environ
	if cmd.Start() == nil {
		go func() { _ = cmd.Wait() }()
	}
}
