"""A customer's web server: gives call flows, takes status callbacks, and remembers what it was asked."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from aiohttp import web

from tests.peers.waiting import eventually

XML: Final = "application/xml"

Form = dict[str, str]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that came in: its path and its parameters, from query and form."""

    method: str
    path: str
    form: Form
    url: str = ""
    headers: Form = field(default_factory=dict)
    body: str = ""


@dataclass(slots=True)
class Customer:
    """`flows` maps a path to a body; `failing` paths answer 500; `headers` go with every answer."""

    port: int = 0
    flows: dict[str, str | bytes] = field(default_factory=dict)
    failing: set[str] = field(default_factory=set)
    asked: list[Asked] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    host: str = "127.0.0.1"

    def url(self, path: str) -> str:
        return f"http://{self.host}:{self.port}{path}"

    def ends(self, path: str = "/status") -> list[str]:
        """The calls whose end the platform has told there, each as often as it did."""
        return [form["CallSid"] for form in self.forms(path) if form["CallStatus"] in ("completed", "failed")]

    def forms(self, path: str) -> list[Form]:
        """What was sent to a path, in order."""
        return [each.form for each in self.asked if each.path == path]

    async def is_asked(self, path: str, *, times: int = 1, within_s: float = 20.0) -> list[Form]:
        """Wait until a path was asked for so many times; what was sent to it."""
        return await eventually(
            lambda: found if len(found := self.forms(path)) >= times else None,
            within_s=within_s,
            otherwise=lambda: f"{times} times {path}; asked for {self.asked}",
        )

    async def answer(self, request: web.Request) -> web.Response:
        form = {**request.query, **{name: str(value) for name, value in (await request.post()).items()}}
        url = f"{request.scheme}://{request.host}{request.raw_path}"
        self.asked.append(Asked(request.method, request.path, form, url, dict(request.headers), await request.text()))
        answer = self._answer(request.path)
        answer.headers.update(self.headers)
        return answer

    def _answer(self, path: str) -> web.Response:
        if path in self.failing:
            return web.Response(status=500)
        body = self.flows.get(path)
        if isinstance(body, bytes):
            return web.Response(body=body, content_type="application/octet-stream")
        return web.Response(text=body or "", content_type=XML if body else "text/plain")


@asynccontextmanager
async def customer(host: str = "127.0.0.1", **flows: str) -> AsyncIterator[Customer]:
    """A server on a free port of an address of this machine; `flows` by path without its slash."""
    serving = Customer(flows={f"/{name}": body for name, body in flows.items()}, host=host)
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", serving.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, host, 0)
    await site.start()
    serving.port = runner.addresses[0][1]
    try:
        yield serving
    finally:
        await runner.cleanup()
