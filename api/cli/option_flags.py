"""Flags of commands that choose options of calls, made of the table of options."""

from collections.abc import Callable
from functools import wraps
from inspect import Parameter, signature
from typing import Annotated, Any, get_args, get_type_hints

import typer

from engine.model.call_options import STANDARD, AccountOptions, Option

Command = Callable[..., None]


def with_option_flags(level: type[AccountOptions]) -> Callable[[Command], Command]:
    """A command whose parameter `options` is given by flags, one for each option of a level that has one."""

    def of_flags(command: Command) -> Command:
        flags = _flags(level)
        given = signature(command)
        others = [each for name, each in given.parameters.items() if name != "options"]
        at = list(given.parameters).index("options")

        @wraps(command)
        def run(**values: Any) -> None:
            chosen = {each.name: values.pop(each.name) for each in flags}
            command(**values, options=level(**chosen))

        run.__signature__ = given.replace(parameters=[*others[:at], *flags, *others[at:]])  # type: ignore[attr-defined]
        return run

    return of_flags


def _flags(level: type[AccountOptions]) -> list[Parameter]:
    kinds = get_type_hints(level)
    return [_flag(name, option, kinds[name]) for name, option in level.table().items() if option.flag is not None]


def _flag(name: str, option: Option, kind: Any) -> Parameter:
    """What is standard is its default, so that the help tells it."""
    default = getattr(STANDARD, name)
    bounds = {} if option.most is None else {"min": 0, "max": option.most}
    shown = typer.Option(f"--{option.flag}", help=option.help, **bounds)  # type: ignore[arg-type]
    annotation = kind if default is None else get_args(kind)[0]
    return Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[annotation, shown])
