"""What the demonstration tells of a call, against a REST server that answers as the product does."""

import io
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import aiohttp
from aiohttp import web
from rich.console import Console

from api.demo.story import tell


@asynccontextmanager
async def call_whose_looks_are(statuses: Iterator[str]) -> AsyncIterator[str]:
    """A server of one call, which has the next of these statuses at each look; gives the call's URL."""

    async def call(_: web.Request) -> web.Response:
        return web.json_response({"status": next(statuses)})

    async def events(_: web.Request) -> web.Response:
        return web.json_response({"events": []})

    app = web.Application()
    app.add_routes([web.get("/calls/one", call), web.get("/calls/one/events", events)])
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/calls/one"
    finally:
        await runner.cleanup()


async def test_a_call_that_rings_before_the_first_look_is_told_from_queued_on() -> None:
    told = io.StringIO()

    async with (
        call_whose_looks_are(iter(["ringing", "in-progress", "in-progress", "completed"])) as url,
        aiohttp.ClientSession() as client,
    ):
        ended = await tell(client, url, {"status": "queued"}, Console(file=told))

    assert ended["status"] == "completed"
    assert told.getvalue().split() == ["queued", "ringing", "in-progress", "completed"]
