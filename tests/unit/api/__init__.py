"""The REST interface over real HTTP and a real database; the services behind it only take notes."""
