"""`python -m api.cli` is `telefoon`."""

from api.cli import main

main()
