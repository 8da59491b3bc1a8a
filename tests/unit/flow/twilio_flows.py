"""Call flows as programs make them with the package twilio: each class of it in at least one that runs."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from twilio.twiml.voice_response import (
    Client,
    Conference,
    Connect,
    ConversationRelay,
    Dial,
    Enqueue,
    Gather,
    Queue,
    Refer,
    Sip,
    Start,
    Stop,
    Stream,
    VoiceResponse,
)

Make = Callable[[VoiceResponse], Any]

NUMBER: Final = "+3225550188"


def _menu(made: VoiceResponse) -> None:
    gather = Gather(num_digits=1, action="/menu", timeout=3)
    gather.say("Press one", language="en-GB")
    gather.pause(length=1)
    gather.play("menu.wav", loop=2)
    made.append(gather)
    made.redirect("/again")


def _dial(made: VoiceResponse, **more: Any) -> Dial:
    dial = Dial(**more)
    made.append(dial)
    return dial


def _ssml(made: VoiceResponse) -> None:
    say = made.say("One", language="fr-FR")
    say.break_(strength="weak", time="1s")
    say.emphasis("deux", level="strong")
    say.lang("three", xml_lang="en-GB")
    say.p("quatre").s("cinq")
    say.phoneme("tomate", alphabet="ipa", ph="tɔmat")
    say.prosody("six", rate="slow", pitch="high", volume="loud")
    say.s("sept")
    say.say_as("1234", interpret_as="digits")
    say.sub("BE", alias="Belgique")
    say.w("huit", role="amazon:NN")


def _sip_with_headers(made: VoiceResponse) -> None:
    sip = Sip("sip:desk@pbx.example;transport=tls?x-customer=7", username="u", password="p", url="/whisper")
    sip.headers().header(name="X-Order", value="42")
    _dial(made).append(sip)


def _sip_with_uris(made: VoiceResponse) -> None:
    sip = Sip(username="u", password="p")
    sip.uri("sip:hall@pbx.example", priority=2, weight=5)
    sip.uri("sip:desk@pbx.example", priority=1, username="desk", password="secret")
    _dial(made).append(sip)


def _client_with_parameters(made: VoiceResponse) -> None:
    client = Client(status_callback="/s", status_callback_event="initiated answered")
    client.identity("alice")
    client.parameter(name="tier", value="gold")
    _dial(made).append(client)


def _conference(made: VoiceResponse, **more: Any) -> None:
    _dial(made).append(Conference("Room", **more))


def _recording(made: VoiceResponse, **more: Any) -> None:
    start = Start()
    start.recording(**more)
    made.append(start)
    made.say("Recorded")


def _refer(made: VoiceResponse) -> None:
    refer = Refer(action="/done", method="GET")
    refer.sip("sip:desk@pbx.example")
    made.append(refer)


def _several(made: VoiceResponse) -> None:
    dial = _dial(made, timeout=9, answer_on_bridge=True, ring_tone="be", caller_id="+3225550100", time_limit=60)
    dial.number(NUMBER, send_digits="ww12#", url="/whisper", status_callback="/s")
    dial.sip("sip:desk@pbx.example")
    dial.client("bob")


def _queue(made: VoiceResponse) -> None:
    _dial(made, timeout=3).append(Queue("support", url="/about", method="GET"))


def _application(made: VoiceResponse) -> None:
    application = _dial(made, time_limit=60).application(customer_id="7", copy_parent_to=True)
    application.application_sid("AP0191f5c2a3b4c5d6e7f8091a2b3c4d5e")
    application.parameter(name="tier", value="gold")


def _stream(made: VoiceResponse) -> None:
    start = Start()
    stream = Stream(url="wss://shop.example/audio", name="desk", track="both_tracks", status_callback="/s",
                    status_callback_method="GET", audio_format="l16", sample_rate=16000)  # fmt: skip
    stream.parameter(name="first name", value="Ann")
    start.append(stream)
    made.append(start)
    made.say("Good morning")
    stop = Stop()
    stop.stream(name="desk")
    made.append(stop)


def _connect_a_stream(made: VoiceResponse) -> None:
    connect = Connect(action="/done", method="GET")
    connect.stream(url="wss://shop.example/audio").parameter(name="tier", value="gold")
    made.append(connect)


def _converse(made: VoiceResponse) -> None:
    connect = Connect(action="/done")
    relay = ConversationRelay(
        url="wss://shop.example/talk", language="en-US", tts_provider="Amazon", voice="Joanna-Neural",
        transcription_provider="Deepgram", speech_model="nova-3-general", welcome_greeting="Good morning.",
        welcome_greeting_interruptible="speech", interruptible=True, dtmf_detection=True, hints="pizza, pasta",
        report_input_during_agent_speech="any", interrupt_sensitivity="medium", debug="debugging speaker-events",
        preemptible=True, partial_prompts=True, profanity_filter=True, intelligence_service="GA1",
        events="tokens-played", application_reconnect=True, echo_prompt_filtering=True,
    )  # fmt: skip
    relay.language(code="fr-FR", tts_provider="Google", voice="fr-FR-Neural2-B", transcription_provider="Google")
    relay.parameter(name="tier", value="gold")
    connect.append(relay)
    made.append(connect)


FLOWS: Final[Mapping[str, Make]] = {
    "nothing": lambda made: None,
    "dial an application": _application,
    "say": lambda made: made.say("Good morning"),
    "say twice in Dutch": lambda made: made.say("Goedemorgen", language="nl-BE", loop=2),
    "say with a voice of Polly": lambda made: made.say("Goedemorgen", voice="Polly.Lotte"),
    "say with a neural voice": lambda made: made.say("Guten Morgen", voice="Polly.Vicki-Neural"),
    "say with a voice of Google": lambda made: made.say("Bonjour", voice="Google.fr-BE-Wavenet-A"),
    "say as a man": lambda made: made.say("Good morning", voice="man"),
    "say as alice": lambda made: made.say("Good morning", voice="alice", language="en-GB"),
    "say what must be escaped": lambda made: made.say("<Fish> & \"chips\" 'now'"),
    "say nothing": lambda made: made.say(""),
    "say in ssml": _ssml,
    "play": lambda made: made.play("https://files.example/a.mp3"),
    "play three times": lambda made: made.play("a.mp3", loop=3),
    "play keys": lambda made: made.play(digits="wW12#"),
    "pause": lambda made: made.pause(length=4),
    "pause as it comes": lambda made: made.pause(),
    "gather as it comes": lambda made: made.gather(),
    "gather a menu": _menu,
    "gather with every attribute": lambda made: made.gather(
        input="dtmf speech", action="/menu", method="GET", timeout=2, speech_timeout="auto", max_speech_time=9,
        profanity_filter=True, finish_on_key="*", num_digits=4, partial_result_callback="/p",
        partial_result_callback_method="GET", language="nl-NL", hints="ja, nee", barge_in=True, debug=False,
        action_on_empty_result=True, speech_model="phone_call", enhanced=True,
    ),
    "gather speech": lambda made: made.gather(input="speech", speech_timeout=2, language="en-US", action="/menu"),
    "gather without end key": lambda made: made.gather(finish_on_key="", num_digits=2, action="/menu"),
    "gather to the end of the prompts": lambda made: made.gather(barge_in=False).say("All of it"),
    "record": lambda made: made.record(),
    "record with every attribute": lambda made: made.record(
        action="/done", method="GET", timeout=3, finish_on_key="#", max_length=20, play_beep=False, trim="trim-silence",
        recording_status_callback="/r", recording_status_callback_method="GET",
        recording_status_callback_event="in-progress completed absent", transcribe=False, transcribe_callback="/t",
        recording_configuration_id="x",
    ),
    "redirect": lambda made: made.redirect("/done", method="GET"),
    "reject": lambda made: made.reject(),
    "reject as busy": lambda made: made.reject(reason="busy"),
    "hang up": lambda made: made.hangup(),
    "leave": lambda made: made.leave(),
    "echo": lambda made: made.echo(),
    "refer": _refer,
    "dial a number": lambda made: made.dial(NUMBER),
    "dial with every attribute": lambda made: _dial(
        made, action="/done", method="GET", timeout=9, hangup_on_star=True, time_limit=60, caller_id="+3225550100",
        record="record-from-ringing-dual", trim="trim-silence", recording_status_callback="/r",
        recording_configuration_id="x", recording_status_callback_method="POST",
        recording_status_callback_event="completed", answer_on_bridge=True, ring_tone="de", recording_track="both",
        sequential=True, refer_url="/refer", refer_method="GET", events="x", passports="x",
    ).number(NUMBER),
    "dial and record": lambda made: _dial(made, record="record-from-answer").number(NUMBER),
    "dial and record two channels": lambda made: _dial(made, record="record-from-answer-dual").number(NUMBER),
    "dial and record from ringing": lambda made: _dial(made, record="record-from-ringing").number(NUMBER),
    "dial and do not record": lambda made: _dial(made, record="do-not-record").number(NUMBER),
    "dial and record the called one": lambda made: _dial(made, record="true", recording_track="outbound").sip(
        "sip:desk@pbx.example"
    ),
    "dial with progress": lambda made: _dial(made).number(
        NUMBER, status_callback="/s", status_callback_event="initiated ringing answered completed",
        status_callback_method="GET", byoc="x",
    ),
    "dial with a whisper": lambda made: _dial(made).number(NUMBER, url="/whisper", method="GET"),
    "dial an extension": lambda made: _dial(made).number(NUMBER, send_digits="wwww1928"),
    "dial several together": _several,
    "dial one after the other": lambda made: [_dial(made, sequential=True).number(NUMBER) for _ in range(2)],
    "dial a sip address": lambda made: _dial(made).sip("sip:desk@pbx.example"),
    "dial one of several sip addresses": _sip_with_uris,
    "dial a sip address with headers": _sip_with_headers,
    "dial a client": lambda made: _dial(made).client("bob", url="/whisper"),
    "dial a client with parameters": _client_with_parameters,
    "dial a queue": _queue,
    "conference": _conference,
    "conference with every attribute": lambda made: _conference(
        made, muted=True, beep="onEnter", start_conference_on_enter=False, end_conference_on_exit=True,
        wait_url="/wait", wait_method="GET", max_participants=5, record="record-from-start",
        recording_configuration_id="x", region="ie1", trim="trim-silence",
        status_callback_event="start end join leave mute hold modify speaker announcement", status_callback="/s",
        status_callback_method="GET", recording_status_callback="/r", recording_status_callback_method="GET",
        recording_status_callback_event="completed", event_callback_url="/e", jitter_buffer_size="small",
        participant_label="agent",
    ),
    "conference in silence": lambda made: _conference(made, wait_url="", beep=False),
    "conference recorded by its dial": lambda made: _dial(made, record=True).conference("Room"),
    "enqueue": lambda made: made.enqueue("support"),
    "enqueue with every attribute": lambda made: made.append(
        Enqueue("support", action="/done", max_queue_size=3, method="GET", wait_url="/wait", wait_url_method="GET")
    ),
    "enqueue in silence": lambda made: made.append(Enqueue("support", wait_url="")),
    "enqueue and leave": lambda made: made.append(Enqueue("support", wait_url="/leave", action="/done")),
    "start a recording": _recording,
    "start a recording with every attribute": lambda made: _recording(
        made, recording_status_callback="/r", recording_status_callback_method="GET",
        recording_status_callback_event="in-progress completed", trim="do-not-trim", track="inbound", channels="mono",
        recording_configuration_id="x",
    ),
    "start a stream and stop it": _stream,
    "connect a stream": _connect_a_stream,
    "converse by text": _converse,
    "voicemail": lambda made: [made.say("Leave a message"), made.record(max_length=30, action="/done"), made.hangup()],
    "no answer, then voicemail": lambda made: [made.dial(NUMBER, timeout=5), made.say("Nobody"), made.record()],
    "menu, queue, voicemail": lambda made: [
        made.gather(num_digits=1), made.append(Enqueue("support", wait_url="/leave")), made.record(action="/done"),
    ],
    "say by name": lambda made: made.add_child("Say", "Hi"),
}  # fmt: skip

PAGES: Final = {
    "https://shop.example/menu": "<Response><Say>Chosen</Say></Response>",
    "https://shop.example/again": "<Response><Say>Nothing came</Say></Response>",
    "https://shop.example/done": "<Response><Say>Done</Say></Response>",
    "https://shop.example/home": "<Response><Hangup/></Response>",
    "https://shop.example/whisper": "<Response><Say>A customer</Say></Response>",
    "https://shop.example/about": "<Response><Say>You are next</Say></Response>",
    "https://shop.example/wait": "<Response><Say>Please wait</Say><Pause length='10'/></Response>",
    "https://shop.example/leave": "<Response><Say>Nobody is there</Say><Leave/></Response>",
    "https://shop.example/refer": "<Response><Hangup/></Response>",
}


def made(name: str) -> str:
    """The document, as the package writes it."""
    response = VoiceResponse()
    FLOWS[name](response)
    return str(response)
