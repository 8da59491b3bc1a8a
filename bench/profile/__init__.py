"""Profiles of a node under calls: which thread, which function of C and which of Python takes its CPU."""
