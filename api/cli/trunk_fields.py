"""The options of a command that sets fields of a trunk, declared once for all commands that do."""

from collections.abc import Callable
from functools import wraps
from inspect import signature
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from api.cli.password_file import first_line_of
from engine.errors import InvalidField
from engine.model.trunk import Authentication, Transport

_GIVEN: Final = "given"
"""The parameter of a command that the options are for."""


def given_fields(
    host: Annotated[
        list[str] | None,
        typer.Option("--host", metavar="HOST[:PORT]", help="Where the carrier answers; may be given again."),
    ] = None,
    priority: Annotated[
        int | None, typer.Option(help="Calls are tried at the trunk of the lowest first; 0 if left out.")
    ] = None,
    weight: Annotated[int | None, typer.Option(help="Its share among trunks of one priority; 1 if left out.")] = None,
    transport: Annotated[Transport | None, typer.Option(help="What carries SIP; udp if left out.")] = None,
    auth: Annotated[
        Authentication | None,
        typer.Option(help="register, with user and password; ip, by address; none, calls only go out. ip if left out."),
    ] = None,
    user: Annotated[str | None, typer.Option(help="Name for digest authentication.")] = None,
    password_file: Annotated[
        Path | None, typer.Option(help="File whose first line is the password.", exists=True, dir_okay=False)
    ] = None,
    timeout: Annotated[
        float | None, typer.Option(help="Seconds in which an INVITE must be answered with anything; 4 if left out.")
    ] = None,
    assignments: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="FIELD=VALUE", help="Any other field (docs/trunks.md, trunks show); may be given again."
        ),
    ] = None,
) -> dict[str, object]:
    """The fields that are given, as JSON would have them. Raises InvalidField."""
    flags = {
        "hosts": host,
        "priority": priority,
        "weight": weight,
        "transport": transport,
        "auth": auth,
        "user": user,
        "password": None if password_file is None else first_line_of(password_file),
        "timeout_s": timeout,
    }
    given = {name: value for name, value in flags.items() if value not in (None, [])}
    return {**given, **dict(_assigned(each) for each in assignments or ())}


def takes_fields(command: Callable[..., None]) -> Callable[..., None]:
    """Let a command have those options in the place of its parameter `given`, which then is what they say."""
    options, own = signature(given_fields).parameters, signature(command)

    @wraps(command)
    def called(**parameters: Any) -> None:
        fields = given_fields(**{name: parameters.pop(name) for name in options})
        command(**{_GIVEN: fields}, **parameters)

    shown = [
        each.replace(kind=each.KEYWORD_ONLY)
        for name, parameter in own.parameters.items()
        for each in (options.values() if name == _GIVEN else [parameter])
    ]
    called.__dict__["__signature__"] = own.replace(parameters=shown)
    called.__annotations__ = {each.name: each.annotation for each in shown}
    return called


def _assigned(text: str) -> tuple[str, object]:
    from engine.model.trunk.reading import worded

    name, equals, value = text.partition("=")
    if not equals:
        raise InvalidField("set", f"--set is {text}; write FIELD=VALUE, such as enabled=no.")
    if name == "password":
        raise InvalidField("password", "A password on the command line is seen by others; give --password-file.")
    return name, worded(name, value)
