"""`telefoon events`: what happens on calls, as it happens."""

import json
from collections.abc import AsyncIterator
from contextlib import nullcontext, suppress
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from api.cli.group import examples
from api.cli.output import AsJson
from api.cli.rest import Key, Rest, Server, refusal, with_rest

if TYPE_CHECKING:
    import aiohttp

EXAMPLES: Final = examples(
    "telefoon events --follow", "telefoon events --call CA0192… --json", "telefoon events --follow --type status,digit"
)
_AGAIN_S: Final = 2.0


def events(
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on with what happens, until Ctrl-C.")] = False,
    call: Annotated[str | None, typer.Option(metavar="ID", help="Only of this call.")] = None,
    kind: Annotated[str | None, typer.Option("--type", help="Only these, commas between, as status,digit.")] = None,
    key: Key = None,
    server: Server = None,
    as_json: AsJson = False,
) -> None:
    """Print what happened on a call, or follow what happens on all of them.

    A connection that breaks is made again, and goes on where it broke off.
    """
    from engine.errors import InvalidField

    if not follow and call is None:
        raise InvalidField("call", "Give --call ID, or --follow.")

    async def work(rest: Rest) -> None:
        last = 0
        if call is not None:
            for event in (await rest.get(f"/calls/{call}/events", type=kind))["events"]:
                last = event["id"]
                _print(event, as_json)
        if follow:
            async for event in _followed(rest, call, kind, str(last) if last else None):
                _print(event, as_json)

    # Ctrl-C is how following is meant to end.
    with suppress(typer.Exit) if follow else nullcontext():
        with_rest(key, server, work)


async def _followed(rest: Rest, call: str | None, kind: str | None, last: str | None) -> AsyncIterator[dict[str, Any]]:
    import asyncio

    import aiohttp

    query = {name: value for name, value in {"call_id": call, "type": kind}.items() if value}
    while True:
        headers = {"Last-Event-ID": last} if last else {}
        try:
            timeout = aiohttp.ClientTimeout(total=None, sock_read=60)
            asking = rest.client.get(f"{rest.base}/events", params=query, headers=headers, timeout=timeout)
            async with asking as response:
                if 400 <= response.status < 500:
                    raise refusal(response, await response.text())
                typer.echo("Following what happens; Ctrl-C ends it.", err=True)
                async for event in _read(response):
                    last = str(event["id"])
                    yield event
        except (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError, TimeoutError):
            pass
        typer.echo(f"The connection broke; trying again in {_AGAIN_S:g} s.", err=True)
        await asyncio.sleep(_AGAIN_S)


async def _read(response: "aiohttp.ClientResponse") -> AsyncIterator[dict[str, Any]]:
    async for line in response.content:
        if line.startswith(b"data: "):
            event: dict[str, Any] = json.loads(line.removeprefix(b"data: "))
            yield event


def _print(event: dict[str, Any], as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(event, ensure_ascii=False))
        return
    facts = " ".join(f"{name}={value}" for name, value in event["facts"].items())
    typer.echo(f"{event['at']}  {event['call_id']}  {event['kind']:<18} {facts}".rstrip())
