"""A person's export and erasure, retention sweeps, and the inventory of what is kept (GDPR Art. 5, 15, 17, 30)."""
