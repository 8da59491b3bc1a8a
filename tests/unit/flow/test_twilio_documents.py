"""Documents made by a widely used library for them (the package twilio) are read as they are meant."""

from typing import Any

import pytest
from twilio.twiml.voice_response import Conference, Connect, Dial, Gather, Start, Stop, VoiceResponse

from engine.flow.parse import parse


def response(**verbs: dict[str, Any]) -> VoiceResponse:
    made = VoiceResponse()
    for verb, arguments in verbs.items():
        getattr(made, verb)(**arguments)
    return made


def menu() -> VoiceResponse:
    made = VoiceResponse()
    gather = Gather(
        input="dtmf", num_digits=1, timeout=3, action="/menu", method="POST", finish_on_key="", barge_in=True
    )
    gather.say("Press 1", language="en-GB", voice="Polly.Amy")
    gather.play("menu.wav", loop=2)
    gather.pause(length=1)
    made.append(gather)
    made.redirect("/again", method="GET")
    return made


def dial() -> VoiceResponse:
    made = VoiceResponse()
    dial = Dial(caller_id="+3225550100", timeout=9, time_limit=60, action="/d", record="record-from-answer-dual",
                hangup_on_star=True, answer_on_bridge=True, ring_tone="be", sequential=True)  # fmt: skip
    dial.number("+32 2 555 01 99", status_callback="/s", status_callback_event="initiated answered")
    dial.sip("sip:desk@pbx.example")
    made.append(dial)
    return made


def stream() -> VoiceResponse:
    made = VoiceResponse()
    start = Start()
    stream = start.stream(url="/audio", name="desk", track="outbound_track", status_callback="/s", audio_format="alaw")
    stream.parameter(name="first name", value="Ann")
    made.append(start)
    stop = Stop()
    stop.stream(name="desk")
    made.append(stop)
    return made


def conversation() -> VoiceResponse:
    made = VoiceResponse()
    connect = Connect(action="/done", method="GET")
    relay = connect.conversation_relay(url="wss://x.example/talk", welcome_greeting="Hi", interruptible=False,
                                       dtmf_detection=True, speechTimeout="auto", events="speaker-events")  # fmt: skip
    relay.language(code="nl-BE", hints="ja, nee")
    made.append(connect)
    return made


def conference() -> VoiceResponse:
    made = VoiceResponse()
    made.dial().append(
        Conference("Room", muted=True, beep="onEnter", start_conference_on_enter=False, end_conference_on_exit=True,
                   max_participants=5, record="record-from-start", wait_url="/music", region="ie1")
    )  # fmt: skip
    return made


def spoken_markup() -> VoiceResponse:
    made = VoiceResponse()
    say = made.say("One", language="nl-NL")
    say.break_(strength="weak", time="1s")
    say.emphasis("two", level="strong")
    say.prosody("three", rate="slow")
    say.say_as("1234", interpret_as="digits")
    return made


@pytest.mark.parametrize(
    ("made", "meant"),
    [
        (response(), []),
        (response(hangup={}), [{"verb": "hangup"}]),
        (response(reject={"reason": "busy"}), [{"verb": "reject", "reason": "busy"}]),
        (response(pause={"length": 4}), [{"verb": "pause", "length": 4}]),
        (response(redirect={"url": "/x"}), [{"verb": "redirect", "url": "/x"}]),
        (response(play={"url": "https://x.example/a b.mp3", "loop": 0}),
         [{"verb": "play", "url": "https://x.example/a b.mp3", "loop": 0}]),
        (response(play={"digits": "ww12#"}), [{"verb": "play", "digits": "ww12#"}]),
        (response(say={"message": "Bonjour à <tous> & chacun", "language": "fr-BE", "loop": 2}),
         [{"verb": "say", "text": "Bonjour à <tous> & chacun", "language": "fr-BE", "loop": 2}]),
        (spoken_markup(), [{"verb": "say", "language": "nl-NL", "text":
            '<speak>One<break strength="weak" time="1s"></break><emphasis level="strong">two</emphasis>'
            '<prosody rate="slow">three</prosody><say-as interpret-as="digits">1234</say-as></speak>'}]),
        (response(gather={}), [{"verb": "gather"}]),
        (response(gather={"input": "dtmf speech", "hints": "yes", "speech_timeout": "auto", "enhanced": True}),
         [{"verb": "gather", "input": "dtmf speech", "hints": "yes", "speechTimeout": "auto"}]),
        (menu(), [
            {"verb": "gather", "numDigits": 1, "timeout": 3, "action": "/menu", "method": "POST", "finishOnKey": "",
             "bargeIn": True, "prompts": [{"verb": "say", "text": "Press 1", "language": "en-GB", "voice": "Polly.Amy"},
                                          {"verb": "play", "url": "menu.wav", "loop": 2},
                                          {"verb": "pause", "length": 1}]},
            {"verb": "redirect", "url": "/again", "method": "GET"}]),
        (response(record={"max_length": 20, "timeout": 2, "finish_on_key": "#", "play_beep": False, "action": "/r",
                          "method": "GET", "trim": "trim-silence", "transcribe": False}),
         [{"verb": "record", "maxLength": 20, "timeout": 2, "finishOnKey": "#", "playBeep": False, "action": "/r",
           "method": "GET", "trim": "trim-silence"}]),
        (response(dial={"number": "+3225550199"}), [{"verb": "dial", "to": "+3225550199"}]),
        (dial(), [
            {"verb": "dial", "callerId": "+3225550100", "timeout": 9, "timeLimit": 60, "action": "/d",
             "record": "record-from-answer-dual",
             "hangupOnStar": True, "answerOnBridge": True, "ringTone": "be", "sequential": True,
             "to": [{"number": "+32 2 555 01 99", "statusCallback": "/s", "statusCallbackEvent": "initiated answered"},
                    {"sip": "sip:desk@pbx.example"}]}]),
        (stream(), [
            {"verb": "start", "streams": [{"url": "/audio", "name": "desk", "track": "outbound_track",
                                           "statusCallback": "/s", "audioFormat": "alaw",
                                           "parameters": [{"name": "first name", "value": "Ann"}]}]},
            {"verb": "stop", "streams": [{"name": "desk"}]}]),
        (conversation(), [
            {"verb": "connect", "action": "/done", "method": "GET",
             "relay": [{"url": "wss://x.example/talk", "welcomeGreeting": "Hi", "interruptible": False,
                        "dtmfDetection": True, "speechTimeout": "auto", "events": ["speaker-events"],
                        "languages": [{"code": "nl-BE", "hints": "ja, nee"}]}]}]),
        (conference(), [
            {"verb": "dial", "to": [{"conference": "Room", "muted": True, "beep": "onEnter", "maxParticipants": 5,
                                     "startConferenceOnEnter": False, "endConferenceOnExit": True, "record": True,
                                     "waitUrl": "/music"}]}]),
    ],
)  # fmt: skip
def test_a_made_document_is_read_as_meant(made: VoiceResponse, meant: list[Any]) -> None:
    assert parse(made.to_xml()) == parse(meant)
