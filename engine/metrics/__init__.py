"""What a node counts and measures, and how Prometheus reads it."""
