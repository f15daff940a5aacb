package cli

// cancelOnSecond gives a channel that is closed by the second signal that asks the
// process to end. The first one ends everything but a deploy that the org has:
// that goes on by itself, so it is waited for.
func (f *Factory) cancelOnSecond(watch *wayWatch) (cancel <-chan struct{}, stop func()) {
	if f.Sys.Interrupts == nil {
		return nil, func() {}
	}
	signals, end := f.Sys.Interrupts()
	asked, done := make(chan struct{}), make(chan struct{})
	go func() {
		for n := 1; ; n++ {
			select {
			case <-done:
				return
			case <-signals:
			}
			switch {
			case n == 1 && watch.deploying():
				f.IO.Note("\nThe org is deploying: waiting for it. Interrupt again to cancel the deploy.")
			case n == 2:
				f.IO.Note("\nAsking the org to cancel the deploy.")
				close(asked)
			}
		}
	}()
	return asked, func() {
		end()
		close(done)
	}
}
