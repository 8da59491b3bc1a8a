"""An agent of twilio-agent-connect: repeats what it is told, and hands over to who asks for a person.

It checks our signatures itself, of the call's webhook, the handshake and the callback at the end. Run by the kit's own
interpreter:

    ACCOUNT_SID=AC… AUTH_TOKEN=… python connect_echo.py --port 8090 --certificate cert.pem --key key.pem
"""

import argparse
import os
from typing import Any

import uvicorn
from tac import TAC
from tac.channels.voice import VoiceChannel
from tac.core.config import TACConfig
from tac.models.handoff import PendingHandoffData
from tac.server import TACFastAPIServer


def server(port: int) -> TACFastAPIServer:
    """The kit's own server, at this port of loopback."""
    config = TACConfig(
        account_sid=os.environ["ACCOUNT_SID"],
        auth_token=os.environ["AUTH_TOKEN"],
        api_key="SK" + "0" * 32,
        api_secret="unused",
        phone_number="+3225550100",
        voice_public_domain=f"127.0.0.1:{port}",
    )
    tac = TAC(config)
    voice = VoiceChannel(tac)

    async def on_message(text: str, session: Any, _memory: Any) -> str:
        print("heard", text, flush=True)
        if "person" in text.lower():
            session.pending_handoff_data = PendingHandoffData(handoff_data='{"to": "a person"}')
            return "One moment."
        return f"You said: {text} And I say a great deal more, so that somebody may interrupt me while I speak. " * 3

    async def on_interrupt(session: Any, message: Any) -> None:
        del session
        print("interrupted", message.utterance_until_interrupt, flush=True)

    tac.on_message_ready(on_message)
    tac.on_interrupt(on_interrupt)
    return TACFastAPIServer(tac, voice_channel=voice)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--certificate", required=True)
    parser.add_argument("--key", required=True)
    given = parser.parse_args()
    uvicorn.run(
        server(given.port).app, host="127.0.0.1", port=given.port, log_level="warning",
        ssl_certfile=given.certificate, ssl_keyfile=given.key,
    )  # fmt: skip
