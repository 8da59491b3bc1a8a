"""A whole database moved to another, such as from the file of one node to the server of several."""
