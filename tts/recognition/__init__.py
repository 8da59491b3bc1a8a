"""Speech to text by an embedded Whisper, in a process of its own."""
