"""The doctor, against real sockets, files and databases."""
