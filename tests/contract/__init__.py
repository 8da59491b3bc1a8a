"""The published document against the contract, and the running product against the published document."""
