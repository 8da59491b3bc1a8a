"""The REST interface over real HTTP and a real database; the desk behind it only takes notes."""
