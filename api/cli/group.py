"""Errors meant for the user become one line on standard error and an exit code, for every command alike."""

import json
from typing import Any, Final

import typer
from typer.core import TyperGroup

from config.errors import SettingsError
from engine.errors import InvalidField, TelefoonError

FAILED: Final = 1
USAGE: Final = 2


class CommandGroup(TyperGroup):
    """A group of commands that ends with 1 where a command failed, and 2 where it was asked wrongly.

    Who asks for JSON gets errors as JSON too, a line each: {"error": "…", "field": "…"}.
    """

    def invoke(self, ctx: Any) -> Any:
        as_json = "--json" in (*ctx._protected_args, *ctx.args)  # noqa: SLF001 - no other place tells of a subcommand's
        try:
            return super().invoke(ctx)
        except* InvalidField as errors:
            _tell(errors, as_json=as_json)
            code = USAGE
        except* (TelefoonError, SettingsError) as errors:
            _tell(errors, as_json=as_json)
            code = FAILED
        raise typer.Exit(code)


def _tell(errors: BaseExceptionGroup[Exception], *, as_json: bool) -> None:
    """A task group may have wrapped the error, so several may be told, each once."""
    for error in errors.exceptions:
        if isinstance(error, BaseExceptionGroup):
            _tell(error, as_json=as_json)
        else:
            typer.echo(_as_json(error) if as_json else f"telefoon: {error}", err=True)


def _as_json(error: Exception) -> str:
    field = {"field": error.field} if isinstance(error, InvalidField) else {}
    return json.dumps({"error": str(error), **field}, ensure_ascii=False)


def examples(*lines: str) -> str:
    """A command's examples, as the help page wants them: a blank line keeps each on a line of its own."""
    return "\n\n".join(("Examples:", *lines))
