"""Errors meant for the user become one line on standard error and an exit code, for every command alike."""

from typing import Any, Final

import typer
from typer.core import TyperGroup

from config.errors import SettingsError
from engine.errors import InvalidField, TelefoonError

FAILED: Final = 1
USAGE: Final = 2


class CommandGroup(TyperGroup):
    """A group of commands that ends with 1 where a command failed, and 2 where it was asked wrongly."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except* InvalidField as errors:
            _tell(errors)
            code = USAGE
        except* (TelefoonError, SettingsError) as errors:
            _tell(errors)
            code = FAILED
        raise typer.Exit(code)


def _tell(errors: BaseExceptionGroup[Exception]) -> None:
    """A task group may have wrapped the error, so several may be told, each once."""
    for error in errors.exceptions:
        if isinstance(error, BaseExceptionGroup):
            _tell(error)
        else:
            typer.echo(f"telefoon: {error}", err=True)


def examples(*lines: str) -> str:
    """A command's examples, as the help page wants them: a blank line keeps each on a line of its own."""
    return "\n\n".join(("Examples:", *lines))
