"""A company's menu, written with the package `twilio` and aiohttp: menu, queue, agent, voicemail.

Nothing in it knows Telefoon: it would serve a cloud as well. The signature of every request that it answers is checked.
From the checkout, after `make setup`, in one terminal:

    .venv/bin/pip install twilio
    .venv/bin/telefoon keys create --account demo
    .venv/bin/telefoon numbers add +3225550110 --account demo --url http://127.0.0.1:8090/voice
    .venv/bin/telefoon numbers add +3225550111 --account demo --url http://127.0.0.1:8090/agent
    AUTH_TOKEN=$(.venv/bin/telefoon accounts secret demo | awk '{print $NF}') .venv/bin/python docs/examples/ivr.py

in a second, with webhooks to this machine allowed, which they are not by default:

    TELEFOON_EGRESS_ALLOW=127.0.0.0/8 .venv/bin/telefoon serve

and in a third, a caller who asks for help, and in a fourth an agent who takes the call:

    .venv/bin/telefoon phone --dial sip:+3225550110@127.0.0.1:5060 --from +3225550199 --digits 7 --digits-after 6
    .venv/bin/telefoon phone --dial sip:+3225550111@127.0.0.1:5060 --from +3225550188
"""

import argparse
import os

from aiohttp import web
from aiohttp.typedefs import Handler
from twilio.request_validator import RequestValidator
from twilio.twiml.voice_response import Dial, Enqueue, Gather, Queue, VoiceResponse

LONGEST_WAIT_S = 60

routes = web.RouteTableDef()


@routes.post("/voice")
async def voice(_: web.Request) -> web.Response:
    """The menu."""
    response = VoiceResponse()
    gather = Gather(num_digits=1, action="/menu", timeout=8)
    gather.say("Druk zeven voor hulp, of acht om een bericht na te laten.", voice="Polly.Lotte")
    response.append(gather)
    response.redirect("/voice")
    return xml(response)


@routes.post("/menu")
async def menu(request: web.Request) -> web.Response:
    """What was chosen."""
    response = VoiceResponse()
    match (await request.post()).get("Digits"):
        case "7":
            response.append(Enqueue("support", wait_url="/wait", action="/afterwards"))
        case "8":
            response.redirect("/message")
        case _:
            response.say("Deze keuze bestaat niet.", language="nl-BE")
            response.redirect("/voice")
    return xml(response)


@routes.post("/wait")
async def wait(request: web.Request) -> web.Response:
    """What is heard in the queue, again and again."""
    response = VoiceResponse()
    form = await request.post()
    if int(str(form["QueueTime"])) > LONGEST_WAIT_S:
        response.leave()
    response.say(f"U bent nummer {form['QueuePosition']} in de rij.", language="nl-BE")
    response.pause(length=3)
    return xml(response)


@routes.post("/agent")
async def agent(_: web.Request) -> web.Response:
    """Whoever calls this number takes the next caller."""
    response = VoiceResponse()
    dial = Dial(timeout=30, time_limit=int(os.environ.get("TALK_S", "3600")))
    dial.append(Queue("support"))
    response.append(dial)
    return xml(response)


@routes.post("/afterwards")
async def afterwards(request: web.Request) -> web.Response:
    """The queue is behind the caller: served, or tired of waiting."""
    response = VoiceResponse()
    if (await request.post()).get("QueueResult") != "hangup":
        response.redirect("/message")
    return xml(response)


@routes.post("/message")
async def message(_: web.Request) -> web.Response:
    """Voicemail."""
    response = VoiceResponse()
    response.say("Laat een bericht na.", language="nl-BE")
    response.record(
        max_length=int(os.environ.get("MESSAGE_S", "120")), timeout=2, action="/thanks", trim="trim-silence"
    )
    return xml(response)


@routes.post("/thanks")
async def thanks(request: web.Request) -> web.Response:
    """The message is there."""
    form = await request.post()
    print(f"message of {form['RecordingDuration']} s from {form['From']}: {form['RecordingUrl']}", flush=True)
    response = VoiceResponse()
    response.say("Bedankt en tot ziens.", language="nl-BE")
    response.hangup()
    return xml(response)


def xml(response: VoiceResponse) -> web.Response:
    """The document as an answer."""
    return web.Response(text=str(response), content_type="text/xml")


@web.middleware
async def signed(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Only who knows the account's secret is answered."""
    validator = RequestValidator(os.environ["AUTH_TOKEN"])
    signature = request.headers.get("X-Twilio-Signature", "")
    if not validator.validate(str(request.url), dict(await request.post()), signature):
        raise web.HTTPForbidden(text="The signature does not match.")
    answer: web.StreamResponse = await handler(request)
    return answer


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8090)
    app = web.Application(middlewares=[signed])
    app.add_routes(routes)
    web.run_app(app, host="127.0.0.1", port=parser.parse_args().port, print=None)
