"""Names of Telefoon that stay, for programs of its customers: tests of their flows import `telefoon.testing`."""
