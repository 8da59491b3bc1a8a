"""How the tables came to be; run by engine/store/migration.py."""
