"""A platform of several nodes on one machine: each program in a network namespace of its own, on one bridge."""
