"""Piper's voices that an operator has added by `telefoon voices add`: what is taken, and where it is kept."""
