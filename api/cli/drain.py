"""`telefoon drain`: has a running node take no more calls, and shows how many are left."""

import asyncio
from typing import Annotated, Any, Final

import typer

from api.cli.group import examples
from api.cli.output import AsJson, print_json
from api.cli.rest import Key, Rest, Server, with_rest

EXAMPLES: Final = examples("telefoon drain --wait", "telefoon drain --undo", "telefoon drain --show --json")
_LOOK_S: Final = 1.0


def drain(
    wait: Annotated[bool, typer.Option("--wait", help="Return when no call is left.")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Take calls again.")] = False,
    show: Annotated[bool, typer.Option("--show", help="Change nothing.")] = False,
    key: Key = None,
    server: Server = None,
    as_json: AsJson = False,
) -> None:
    """Take no more calls, and let those in progress end.

    The node runs on; SIGTERM does the same and ends it then. The key needs the scope admin.
    """
    if undo and (wait or show):
        raise typer.BadParameter("--undo stands by itself.")

    async def work(rest: Rest) -> dict[str, Any]:
        if undo:
            return await rest.delete("/drain")
        told = await (rest.get("/drain") if show else rest.post("/drain", {}))
        while wait and told["live_calls"]:
            if not as_json:
                _say(told)
            left = told["live_calls"]
            while told["live_calls"] == left:
                await asyncio.sleep(_LOOK_S)
                told = await rest.get("/drain")
        return told

    told = with_rest(key, server, work)
    if as_json:
        print_json(told)
    else:
        _say(told)


def _say(told: dict[str, Any]) -> None:
    calls = told["live_calls"]
    left = "no call is" if calls == 0 else "1 call is" if calls == 1 else f"{calls} calls are"
    takes = "It takes no calls" if told["draining"] else "It takes calls"
    typer.echo(f"{takes}; {left} in progress.")
