"""The customer's server: a real one, on loopback, that answers as a test tells it to."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

from engine.webhooks.call_web import CallWeb
from engine.webhooks.client import WebhookClient

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class Asked:
    """One request, as it arrived."""

    method: str
    path: str
    query: dict[str, str]
    form: dict[str, str]
    headers: dict[str, str]
    url: str = ""
    body: bytes = b""


@dataclass
class CustomerServer:
    """`answers` by path; what was asked stays in `asked`."""

    url: str = ""
    answers: dict[str, Handler | web.Response] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    def serves(self, path: str, text: str, content_type: str = "text/xml", status: int = 200) -> str:
        """Answer the path with this; gives its URL."""

        async def answer(_: web.Request) -> web.Response:
            return web.Response(text=text, content_type=content_type, status=status)

        return self.handles(path, answer)

    def redirects(self, path: str, to: str, status: int = 302) -> str:
        async def answer(_: web.Request) -> web.Response:
            return web.Response(status=status, headers={"Location": to})

        return self.handles(path, answer)

    def handles(self, path: str, handler: Handler) -> str:
        self.answers[path] = handler
        return self.url + path

    async def handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        form = {name: str(value) for name, value in (await request.post()).items()}
        url = f"{request.scheme}://{request.host}{request.raw_path}"
        self.asked.append(
            Asked(request.method, request.path, dict(request.query), form, dict(request.headers), url, body)
        )
        answer = self.answers.get(request.path)
        if answer is None or isinstance(answer, web.Response):
            return answer or web.Response(status=404)
        return await answer(request)


@asynccontextmanager
async def customer_server() -> AsyncIterator[CustomerServer]:
    """Serving on a free port of 127.0.0.1."""
    server = CustomerServer()
    app = web.Application(client_max_size=1024 * 1024)
    app.router.add_route("*", "/{path:.*}", server.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    server.url = f"http://127.0.0.1:{port}"
    try:
        yield server
    finally:
        await runner.cleanup()


def a_call_of(client: WebhookClient, call_id: str = "CA1") -> CallWeb:
    """What a call of the account AC1 asks with."""
    return client.for_call("AC1", call_id)
