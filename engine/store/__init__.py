"""The database: a store each for accounts, secrets, numbers, calls, callbacks, conferences, recordings and others."""
