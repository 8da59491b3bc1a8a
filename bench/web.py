"""A customer's web server for measurements: answers each path at once with what was prepared, and notes when."""

import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

_A_DAY: dict[str, str] = {"Cache-Control": "max-age=86400"}


@dataclass(slots=True)
class Web:
    """`asked_s` are the times (monotonic) of all requests."""

    port: int
    asked_s: list[float] = field(default_factory=list)

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"


@asynccontextmanager
async def serving(pages: Mapping[str, str | bytes]) -> AsyncIterator[Web]:
    """Serve pages on a free loopback port; text is a call flow, bytes are a sound file that may be kept for a day."""
    known = Web(0)

    async def answer(request: web.Request) -> web.Response:
        known.asked_s.append(time.monotonic())
        page = pages.get(request.path)
        if isinstance(page, bytes):
            return web.Response(body=page, content_type="audio/wav", headers=_A_DAY)
        return web.Response(text=page or "", content_type="application/xml" if page else "text/plain")

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    known.port = runner.addresses[0][1]
    try:
        yield known
    finally:
        await runner.cleanup()
