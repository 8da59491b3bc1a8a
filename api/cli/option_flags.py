"""Flags of commands that choose options of calls, made of the table of options."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from inspect import Parameter, signature
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import typer

from engine.model.call_options import STANDARD, AccountOptions, CallOptions, Option

Command = Callable[..., None]


class MethodOption(StrEnum):
    """The option that says by which method a webhook is requested."""

    GET = "GET"
    POST = "POST"


def with_option_flags(level: type[AccountOptions]) -> Callable[[Command], Command]:
    """A command whose parameter `options` is given by flags, one for each option of a level that has one.

    What is standard is their default, so that the help tells it.
    """
    flags = [_flag(each, getattr(STANDARD, each.name)) for each in _options(level)]

    def chosen_of(chosen: dict[str, Any]) -> AccountOptions:
        values: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in chosen.items()
        }
        return level(**values)

    return lambda command: _with_flags(command, flags, chosen_of)


def with_order_flags(command: Command) -> Command:
    """A command whose parameter `options` is what flags choose for one call, by the names of the REST interface."""
    options = _options(CallOptions)

    def ordered(chosen: dict[str, Any]) -> dict[str, Any]:
        return {str(each.option.rest): chosen[each.name] for each in options if chosen[each.name] not in (None, [])}

    return _with_flags(command, [_flag(each, None) for each in options], ordered)


@dataclass(frozen=True, slots=True)
class _FlaggedOption:
    """An option that has a flag, and the type of its values."""

    name: str
    option: Option
    kind: Any


def _options(level: type[AccountOptions]) -> list[_FlaggedOption]:
    kinds = get_type_hints(level)
    table = level.table().items()
    return [_FlaggedOption(name, option, kinds[name]) for name, option in table if option.flag is not None]


def _flag(of: _FlaggedOption, default: Any) -> Parameter:
    bounds = {} if of.option.most is None else {"min": 0, "max": of.option.most}
    shown = typer.Option(f"--{of.option.flag}", help=of.option.help, **bounds)  # type: ignore[arg-type]
    kind = get_args(of.kind)[0]
    if get_origin(kind) is tuple:
        kind = list[get_args(kind)[0]]  # type: ignore[misc]  # given once for each
    annotation = kind if default is not None else kind | None
    return Parameter(of.name, Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[annotation, shown])


def _with_flags(command: Command, flags: list[Parameter], made: Callable[[dict[str, Any]], Any]) -> Command:
    """The command with flags in the place of its parameter `options`, which is made of what they choose."""
    given = signature(command)
    others = [each for name, each in given.parameters.items() if name != "options"]
    at = list(given.parameters).index("options")

    @wraps(command)
    def run(**values: Any) -> None:
        chosen = {each.name: values.pop(each.name) for each in flags}
        command(**values, options=made(chosen))

    run.__signature__ = given.replace(parameters=[*others[:at], *flags, *others[at:]])  # type: ignore[attr-defined]
    return run
