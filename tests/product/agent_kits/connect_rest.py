"""An agent of twilio-agent-connect that dials somebody, sends the call elsewhere, and hangs up, all by REST.

SERVER=http://… ACCOUNT_SID=AC… AUTH_TOKEN=… python connect_rest.py +3225550199
"""

import asyncio
import os
import sys

from tac import TAC
from tac.channels.voice import VoiceChannel
from tac.core.config import TACConfig
from tac.models.outbound import InitiateVoiceConversationOptions
from twilio.rest import Client

ELSEWHERE = '<Response><Say language="en-GB">You are sent elsewhere.</Say><Pause length="60"/></Response>'
_LOOK_AGAIN_S = 0.5


async def main(called: str) -> None:
    """Dial, redirect once it is answered, and hang up once a line comes in; each is told."""
    account, token = os.environ["ACCOUNT_SID"], os.environ["AUTH_TOKEN"]
    config = TACConfig(
        account_sid=account,
        auth_token=token,
        api_key="SK" + "0" * 32,
        api_secret="unused",
        phone_number="+3225550100",
        voice_public_domain="agent.example",
    )
    voice = VoiceChannel(TAC(config))
    voice._twilio_client = client = Client(account, token)
    client.api.base_url = os.environ["SERVER"]
    begun = await voice.initiate_outbound_conversation(InitiateVoiceConversationOptions(to=called))
    print("dialled", begun.call_sid, flush=True)
    while (await asyncio.to_thread(client.calls(begun.call_sid).fetch)).status != "in-progress":
        await asyncio.sleep(_LOOK_AGAIN_S)
    await asyncio.to_thread(client.calls(begun.call_sid).update, twiml=ELSEWHERE)
    print("redirected", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    print("hung up" if await voice.end_call(begun.call_sid) else "refused", flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
