"""Hears a caller by a media stream, and says everything back two seconds later; the key # ends it (docs/streams.md).

python3 repeating.py [--port 8090]

Give a number its URL: telefoon numbers add +3225550100 --account demo --url http://localhost:8090/flow
Needs aiohttp.
"""

import argparse
from collections import deque

from aiohttp import web

FLOW = '<Response><Connect><Stream url="/media"/></Connect><Say>Goodbye.</Say></Response>'
WAITING = 100
"""Messages of 20 ms."""


async def flow(_request: web.Request) -> web.Response:
    """Tell Telefoon to connect the call to the WebSocket below."""
    return web.Response(text=FLOW, content_type="text/xml")


async def media(request: web.Request) -> web.WebSocketResponse:
    """One call's stream: each message of the caller's sound goes back when it has waited."""
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    waiting: deque[str] = deque()
    async for message in socket:
        told = message.json()
        if told["event"] == "media":
            waiting.append(told["media"]["payload"])
            if len(waiting) > WAITING:
                said = {"payload": waiting.popleft()}
                await socket.send_json({"event": "media", "streamSid": told["streamSid"], "media": said})
        elif told["event"] == "dtmf" and told["dtmf"]["digit"] == "#":
            await socket.close()
    return socket


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--port", type=int, default=8090)
    app = web.Application()
    app.add_routes([web.post("/flow", flow), web.get("/media", media)])
    web.run_app(app, host="127.0.0.1", port=parser.parse_args().port, print=None)
