"""Errors meant for the user become one line on standard error and an exit code, for every command alike."""

from typing import Any, Final

import typer
from typer.core import TyperGroup

from config.settings import SettingsError
from engine.errors import InvalidField, TelefoonError

FAILED: Final = 1
USAGE: Final = 2


class CommandGroup(TyperGroup):
    """A group of commands that ends with 1 where a command failed, and 2 where it was asked wrongly."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except InvalidField as error:
            raise _told(error, USAGE) from None
        except (TelefoonError, SettingsError) as error:
            raise _told(error, FAILED) from None


def _told(error: Exception, code: int) -> typer.Exit:
    typer.echo(f"telefoon: {error}", err=True)
    return typer.Exit(code)


def examples(*lines: str) -> str:
    """A command's examples, as the help page wants them: a blank line keeps each on a line of its own."""
    return "\n\n".join(("Examples:", *lines))
