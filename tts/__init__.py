"""Speech, tones and the decoding of audio files: all that turns something into a WAV file to be played."""
