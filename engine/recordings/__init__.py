"""Recordings at rest: their files, their encryption, and the object store they move to."""
