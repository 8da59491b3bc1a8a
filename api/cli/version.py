"""`telefoon version`."""

from importlib.metadata import version as installed
from typing import Final

import typer

from api.cli.group import examples

EXAMPLES: Final = examples("telefoon version")


def version() -> None:
    """Print the version."""
    typer.echo(f"telefoon {installed('telefoon')}")
