"""The whole product, as a process, with real far ends."""
