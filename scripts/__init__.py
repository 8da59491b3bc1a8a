"""What prepares a machine for Telefoon: standard library only, because it runs before anything is installed."""
