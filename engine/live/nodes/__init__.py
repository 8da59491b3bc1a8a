"""Nodes of one database: the name that each holds, whom the others see, and whose calls somebody else must close."""
