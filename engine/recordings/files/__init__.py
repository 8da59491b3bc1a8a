"""Files of recordings: written while they run, read in any part, sealed or as plain WAV."""
