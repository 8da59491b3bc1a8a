"""Calls people about their appointment, who confirm it with a key; written with the package `twilio` and aiohttp.

It places calls and looks them up by the REST interface of another cloud: SERVER alone makes it speak to Telefoon, and
without it, it would speak to that cloud. From the checkout, after `make setup`, in one terminal, with webhooks to this
machine allowed, which they are not by default:

    .venv/bin/pip install twilio
    .venv/bin/telefoon keys create --account demo
    .venv/bin/telefoon numbers add +3225550110 --account demo
    TELEFOON_TRUNK=sip:127.0.0.1:5080 TELEFOON_EGRESS_ALLOW=127.0.0.0/8 .venv/bin/telefoon serve

in a second, who is called, and presses 1:

    .venv/bin/telefoon phone --port 5080 --digits 1 --digits-after 5

and in a third, with the id that `telefoon accounts list --json` tells:

    export ACCOUNT_SID=AC… AUTH_TOKEN=$(.venv/bin/telefoon accounts secret demo | awk '{print $NF}')
    SERVER=http://127.0.0.1:8080 .venv/bin/python docs/examples/reminders.py --from +3225550110 "+3225550199=9 o'clock"
"""

import argparse
import asyncio
import os
from dataclasses import dataclass, field

from aiohttp import web
from twilio.request_validator import RequestValidator
from twilio.rest import Client
from twilio.rest.api.v2010.account.call import CallInstance
from twilio.twiml.voice_response import Gather, VoiceResponse

CONFIRMED = "1"


@dataclass(slots=True)
class Reminders:
    """The calls that were placed: whose appointment each is about, and what came of it."""

    client: Client
    validator: RequestValidator
    own_url: str
    times: dict[str, str] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)
    ended: asyncio.Queue[str] = field(default_factory=asyncio.Queue)

    def place(self, from_: str, to: str, time: str) -> None:
        """Ring somebody."""
        call = self.client.calls.create(
            to=to,
            from_=from_,
            url=f"{self.own_url}/reminder",
            status_callback=f"{self.own_url}/ended",
            status_callback_event=["completed"],
            timeout=20,
        )
        assert call.sid is not None
        self.times[call.sid] = time

    def look_up(self, call_sid: str) -> CallInstance:
        """How a call went."""
        return self.client.calls(call_sid).fetch()

    async def reminder(self, request: web.Request) -> web.Response:
        """What is said to who answers."""
        form = await self._form(request)
        response = VoiceResponse()
        gather = Gather(num_digits=1, action="/answer", timeout=10)
        gather.say(f"Your appointment is at {self.times[form['CallSid']]}. To confirm it, press one.", language="en-GB")
        response.append(gather)
        return web.Response(text=str(response), content_type="application/xml")

    async def answer(self, request: web.Request) -> web.Response:
        """The key that was pressed."""
        form = await self._form(request)
        confirmed = form.get("Digits") == CONFIRMED
        self.answers[form["CallSid"]] = "confirmed" if confirmed else "not confirmed"
        response = VoiceResponse()
        response.say("Thank you, goodbye." if confirmed else "We will call you again.", language="en-GB")
        return web.Response(text=str(response), content_type="application/xml")

    async def told_end(self, request: web.Request) -> web.Response:
        """The end of a call."""
        await self.ended.put((await self._form(request))["CallSid"])
        return web.Response(status=204)

    async def _form(self, request: web.Request) -> dict[str, str]:
        """Raises HTTPForbidden where the signature is another's."""
        form = {name: str(value) for name, value in (await request.post()).items()}
        given = request.headers.get("X-Twilio-Signature", "")
        if not self.validator.validate(f"{self.own_url}{request.path_qs}", form, given):
            raise web.HTTPForbidden
        return form


async def main() -> None:
    """Place the calls, and tell of each how it ended."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--port", type=int, default=8090)
    parser.add_argument("--from", dest="from_", required=True)
    parser.add_argument("appointments", nargs="+", metavar="NUMBER=TIME")
    given = parser.parse_args()

    client = Client(os.environ["ACCOUNT_SID"], os.environ["AUTH_TOKEN"])
    if "SERVER" in os.environ:
        client.api.base_url = os.environ["SERVER"]
    reminders = Reminders(client, RequestValidator(os.environ["AUTH_TOKEN"]), f"http://127.0.0.1:{given.port}")
    app = web.Application()
    app.add_routes(
        [
            web.post("/reminder", reminders.reminder),
            web.post("/answer", reminders.answer),
            web.post("/ended", reminders.told_end),
        ]
    )
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", given.port).start()
    for number, _, time in (each.partition("=") for each in given.appointments):
        await asyncio.to_thread(reminders.place, given.from_, number, time)
    for _ in given.appointments:
        call = await asyncio.to_thread(reminders.look_up, await reminders.ended.get())
        print(
            f"{call.to} {reminders.answers.get(str(call.sid), 'no answer')} ({call.status}, {call.duration} s)",
            flush=True,
        )
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(main())
