"""Scripts that prepare a machine for Telefoon; standard library only, since it runs before any installation."""
