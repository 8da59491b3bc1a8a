"""Media streams of live calls: a program behind a WebSocket hears a call, and may speak on it once that was told."""
