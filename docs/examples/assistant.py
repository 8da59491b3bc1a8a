"""Talks with a caller by text, and hands over to a person who asks for one (docs/agents.md). Put a model in `answer`.

python3 assistant.py [--port 8090]

Give a number its URL: telefoon numbers add +3225550100 --account demo --url http://localhost:8090/flow
Needs aiohttp.
"""

import argparse
from collections.abc import AsyncIterator

from aiohttp import web

FLOW = """<Response><Connect action="/after">
<ConversationRelay url="/talk" language="en-GB" dtmfDetection="true" welcomeGreeting="What can I do for you?"/>
</Connect></Response>"""
AFTER = "<Response><Say>I connect you to a person.</Say></Response>"


async def answer(said: str) -> AsyncIterator[str]:
    """What to say, in pieces as a model makes them: the first sentence is spoken while the rest comes."""
    for word in f"You said: {said} Is there anything else?".split():
        yield f"{word} "


async def talk(request: web.Request) -> web.WebSocketResponse:
    """One call's conversation: each prompt is answered; a person, or the key 0, is handed over to."""
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    async for message in socket:
        told = message.json()
        said = told.get("voicePrompt", "") if told.get("last") else ""
        if told.get("digit") == "0" or "person" in said.lower():
            await socket.send_json({"type": "end", "handoffData": "wants a person"})
        elif said:
            async for token in answer(said):
                await socket.send_json({"type": "text", "token": token, "last": False})
            await socket.send_json({"type": "text", "token": "", "last": True})
    return socket


async def flow(request: web.Request) -> web.Response:
    """Tell Telefoon to connect the call to the WebSocket above, and what comes then."""
    return web.Response(text=FLOW if request.path == "/flow" else AFTER, content_type="text/xml")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--port", type=int, default=8090)
    app = web.Application()
    app.add_routes([web.post("/flow", flow), web.post("/after", flow), web.get("/talk", talk)])
    web.run_app(app, host="127.0.0.1", port=parser.parse_args().port, print=None)
