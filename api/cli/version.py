"""`telefoon version`."""

from typing import Final

import typer

from api.cli.group import examples
from config.version import VERSION

EXAMPLES: Final = examples("telefoon version")


def version() -> None:
    """Print the version."""
    typer.echo(f"telefoon {VERSION}")
