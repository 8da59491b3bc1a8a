"""Data protection: who did what, how long what is kept, and what concerns one telephone number."""
