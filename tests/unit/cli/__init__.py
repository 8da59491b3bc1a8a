"""The command `telefoon`, its settings, its logs and its doctor."""
