"""The engine `server`: speech by an operator's own server, which is asked as POST /v1/audio/speech is."""
