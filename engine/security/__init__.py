"""Keys and secrets kept hashed or encrypted, and which addresses may be reached."""
