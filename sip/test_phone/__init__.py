"""The test phone: `telefoon phone`."""
