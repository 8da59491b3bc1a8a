"""Writes the transcript of a simulated call: from its events, from what its people hear, and from what is requested."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from engine.errors import DocumentError
from engine.flow.document import Document, Verb
from engine.flow.program_plans import StreamTracks
from engine.flow.verbs.conference import Conference
from engine.flow.verbs.dial import Dial
from engine.flow.verbs.enqueue import Enqueue
from engine.flow.verbs.queue import Queue
from engine.flow.verbs.record import Record
from engine.model.call import Call
from engine.ports import LegId, PlayerId, Speech
from engine.simulator.at_hand import why_relative
from engine.simulator.document_reading import DocumentReading
from engine.simulator.outside import SoundOfProgram
from engine.simulator.transcript import Line, Request, SimulationTranscript, TranscriptMark, TranscriptSound
from engine.testing.far_end import FarEnd
from engine.testing.mix import Audible, MixedVoice, Playing
from engine.testing.speech import HOLD_MUSIC
from engine.webhooks.payloads.call import webhook_params

_OF_THE_LINE: Final = frozenset({"SipCallId"})
"""What the simulated line makes up, and says nothing to who reads."""
FAILURES: Final = frozenset(
    {"prompt_failed", "play_failed", "verb_failed", "waiting_failed", "whisper_failed", "flow_crashed"}
)
"""Events after which somebody did not hear or do what the flow says."""
_REMARKED: Final = FAILURES | {
    "conference_refused", "dial_failed", "dial_time_limit", "conference_time_limit", "hold_music_failed",
    "not_conversed", "not_recorded", "not_streamed", "pin_refused", "pin_wrong", "queue_full", "ringback_failed",
    "speech_not_heard", "spoken_otherwise", "stream_lost", "stream_not_stopped", "stream_resumed", "stream_unread",
    "verb_left_out",
}  # fmt: skip
PASSED_OVER: Final = "a mistake, passed over"
_TRACKS: Final = {
    StreamTracks.INBOUND: "caller",
    StreamTracks.OUTBOUND: "flow",
    StreamTracks.BOTH: "caller and the flow",
}
_FALLBACK: Final = "the call takes its fallback here: {}"


class Narrator:
    """`call` is the simulated one; what others hear and do is told where it matters to it."""

    def __init__(self, call: Call, transcript: SimulationTranscript) -> None:
        self._call = call
        self._own_params = frozenset(webhook_params(call)) | _OF_THE_LINE
        self._transcript = transcript
        self._reading: defaultdict[str, DocumentReading] = defaultdict(DocumentReading)
        self._sounding: dict[PlayerId, int] = {}
        self._talking: dict[LegId, float] = {}
        self._began_s: dict[str, float] = {}
        self._programs: dict[str, str] = {}
        self._dialled_at_s = -1.0
        self._answered = False
        self._keys_heard = 0
        self.call_id = ""
        self.caller: FarEnd | None = None
        self.names: dict[LegId, str] = {}
        """How others than the caller are called."""
        self.verbs: dict[str, Verb | None] = {}
        """What each call performs."""
        self.refused: DocumentError | None = None
        self.ended = asyncio.Event()

    @property
    def now_s(self) -> float:
        return asyncio.get_running_loop().time()

    @property
    def _leg(self) -> LegId | None:
        return self.caller.id if self.caller else None

    def line(self, mark: TranscriptMark, text: str) -> None:
        """Write one; nothing after the end."""
        if self.ended.is_set():
            return
        if self.caller is not None and (keys := self.caller.leg.pressed[self._keys_heard :]):
            self._keys_heard += len(keys)
            self.line(TranscriptMark.PLAYS, f"keys {keys}")
        self._transcript.lines.append(Line(self.now_s, mark, text))

    def ends(self, why: str) -> None:
        """The simulation ends before the call does."""
        self._transcript.ended_by = why
        self.line(TranscriptMark.REMARK, why)
        self.ended.set()

    def reads(self, call_id: str, document: Document) -> None:
        """A call has a document, and begins it."""
        self._reading[call_id].begins(document)

    def refuses(self, error: DocumentError) -> None:
        """A document is none."""
        self.refused = self.refused or error
        self.ended.set()

    def asks(self, method: str, url: str, params: Mapping[str, str], hidden: frozenset[str]) -> None:
        """A document is requested."""
        shown = {name: "•" if name in hidden else value for name, value in params.items()}
        self._request(method, url, shown)
        if not self.ended.is_set():
            self._transcript.requests.append(Request(method, url, dict(params)))

    def tells(self, method: str, url: str, params: Mapping[str, str]) -> None:
        """Something is told whose answer does not matter."""
        self._request(method, url, params)

    def is_not_answered(self, call_id: str, why: str) -> None:
        """A document can't be had; of the caller's own the call's events tell."""
        if call_id != self.call_id:
            self.fails(why)

    def happens(self, call_id: str, kind: str, facts: Mapping[str, Any]) -> None:
        """An event of any call."""
        self.call_id = self.call_id or call_id
        if kind == "verb":
            self.verbs[call_id] = self._reading[call_id].performs(str(facts["verb"]))
        if call_id != self.call_id:
            if kind == "queue_served" and "queue" in self._began_s:
                self.line(TranscriptMark.CALL, f"an agent takes the call after {self._since('queue')} s")
            return
        told = f"{kind.replace('_', ' ')}: {', '.join(str(each) for each in facts.values())}"
        if kind in FAILURES:
            self._transcript.faults.append(told)
        if kind in _REMARKED:
            self.line(TranscriptMark.REMARK, told)
        self._happens(kind, facts)
        self._comes_and_goes(kind, facts)

    def _happens(self, kind: str, facts: Mapping[str, Any]) -> None:
        match kind:
            case "status" if facts["status"] == "in-progress":
                self._answered = True
                self.line(TranscriptMark.CALL, f"{self._call.to} answers {self._call.from_}")
            case "digit":
                self.line(TranscriptMark.INPUT, f"key {facts['digit']}")
            case "speech":
                self.line(TranscriptMark.INPUT, f"says {facts['text']!r}")
            case "recording_started":
                what = "a message is" if isinstance(self.verbs.get(self.call_id), Record) else "the call is"
                self.line(TranscriptMark.REMARK, f"{what} recorded from here on")
            case "flow_warning":
                place = f"line {facts['line']}: " if "line" in facts else ""
                self._transcript.warnings.append(f"{place}{facts['reason']} ({facts['done']})")
                self.line(TranscriptMark.REMARK, f"{PASSED_OVER}: {self._transcript.warnings[-1]}")
            case "flow_failed":
                self.fails(_FALLBACK.format(facts["reason"]), ends=True)
            case "hung_up":
                self._hung_up(str(facts["by"]), facts["sip_code"])

    def _comes_and_goes(self, kind: str, facts: Mapping[str, Any]) -> None:
        verb = self.verbs.get(self.call_id)
        match kind:
            case "conference_joined":
                self._began_s["conference"] = self.now_s
                self.line(TranscriptMark.CALL, f"enters the conference {_room(verb)}")
            case "conference_left":
                self.line(TranscriptMark.CALL, f"leaves the conference after {self._since('conference')} s")
            case "queue_entered":
                self._began_s["queue"] = self.now_s
                self.line(TranscriptMark.CALL, f"waits in the queue {_queue(verb)}")
            case "queue_left":
                self._leaves_the_queue(str(facts["result"]))
            case "stream_started":
                self._programs[str(facts["stream"])] = str(facts["url"])
                hears = "is connected" if facts["two_way"] else f"hears the {_TRACKS[facts['tracks']]}"
                self.line(TranscriptMark.CALL, f"the program at {facts['url']} {hears}")
            case "agent_began":
                self.line(TranscriptMark.CALL, f"converses with the program at {facts['url']}")
            case "agent_interrupted":
                self.line(TranscriptMark.CALL, "interrupts the program")
            case "stream_ended":
                program = self._programs.pop(str(facts["stream"]), "")
                self.line(TranscriptMark.CALL, f"the program at {program} hears it no more")
            case "queue_served":
                self.line(TranscriptMark.CALL, f"takes the first out of the queue {_queue(verb)}")

    def hears(self, leg: LegId, what: Audible, begins: bool) -> None:
        """A far end begins or ceases to hear something."""
        if self.ended.is_set():
            return
        match what:
            case Playing() if leg == self._leg:
                self._sounds(what) if begins else self._falls_silent(what)
            case Playing(sound=sound) if begins and sound.speech is not None:
                name = self.names.get(leg, "somebody")
                self.line(TranscriptMark.REMARK, f"{name} hears: ({sound.speech.language}) {sound.speech.text}")
            case MixedVoice(other) if leg == self._leg and other != leg:
                self._talks(other) if begins else self._has_talked(other)

    def program_says(self, text: str, seconds: float) -> None:
        """A program that is connected by sound says something to the caller."""
        speech = Speech(text, self._call.language)
        self.line(TranscriptMark.SAYS, f"(the program) {text}")
        if not self.ended.is_set():
            self._transcript.sounds.append(TranscriptSound(self.now_s, seconds, speech=speech))

    def program_sounded(self, sound: SoundOfProgram) -> None:
        """The caller has heard sound of a program that is reached."""
        cleared = f", and {sound.cleared_s:.1f} s more were cleared" if sound.cleared_s else ""
        self.line(TranscriptMark.PLAYS, f"sound of the program for {sound.seconds:.1f} s{cleared}")
        self._transcript.sounds.append(TranscriptSound(sound.begins_s, sound.seconds, wav=sound.wav))

    def _sounds(self, playing: Playing) -> None:
        sound = playing.sound
        if (speech := sound.speech) is not None:
            voice = f", voice {speech.voice}" if speech.voice else ""
            self.line(TranscriptMark.SAYS, f"({speech.language}{voice}) {speech.text}")
        elif sound == HOLD_MUSIC:
            self.line(TranscriptMark.PLAYS, "music")
        elif (reason := why_relative(sound.name)) is not None:
            self.fails(_FALLBACK.format(reason), ends=True)
        elif "://" in sound.name:
            self.line(TranscriptMark.PLAYS, sound.name)
        self._sounding[playing.player] = len(self._transcript.sounds)
        source = "" if speech is not None else sound.name
        self._transcript.sounds.append(TranscriptSound(self.now_s, sound.seconds, speech=speech, source=source))

    def _falls_silent(self, playing: Playing) -> None:
        at = self._sounding.pop(playing.player)
        heard = self._transcript.sounds[at]
        self._transcript.sounds[at] = replace(heard, seconds=self.now_s - heard.at_s)

    def _talks(self, other: LegId) -> None:
        self._talking[other] = self.now_s
        self.line(TranscriptMark.CALL, f"talks to {self.names.get(other, 'somebody')}")

    def _has_talked(self, other: LegId) -> None:
        seconds = self.now_s - self._talking.pop(other, self.now_s)
        self.line(TranscriptMark.CALL, f"has talked to {self.names.get(other, 'somebody')} for {seconds:.0f} s")

    def dials(self, target: str) -> None:
        """Somebody's phone is called."""
        if self._dialled_at_s == self.now_s and self._transcript.lines[-1].text.startswith("dials "):
            last = self._transcript.lines.pop().text.removesuffix(" (together)")
            self.line(TranscriptMark.CALL, f"{last}, {target} (together)")
        else:
            self.line(TranscriptMark.CALL, f"dials {target}")
        self._dialled_at_s = self.now_s

    def _leaves_the_queue(self, result: str) -> None:
        seconds = self._since("queue")
        self._began_s.pop("queue", None)
        if result != "bridged":
            self.line(TranscriptMark.CALL, f"leaves the queue after {seconds} s")

    def _hung_up(self, by: str, sip_code: int | None) -> None:
        if by != "us":
            self.line(TranscriptMark.CALL, "hangs up")
        else:
            self.line(TranscriptMark.CALL, "is hung up" if self._answered else f"is refused ({sip_code})")
        self.ended.set()

    def fails(self, why: str, *, ends: bool = False) -> None:
        """Something of the call is not as it should be; whether the simulation ends with that."""
        if self.ended.is_set():
            return
        self._transcript.faults.append(why)
        if ends:
            self.ends(why)
        else:
            self.line(TranscriptMark.REMARK, why)

    def _request(self, method: str, url: str, params: Mapping[str, str]) -> None:
        shown = " ".join(f"{name}={value}" for name, value in params.items() if name not in self._own_params)
        self.line(TranscriptMark.ASKS, f"{method} {url}  {shown}".rstrip())

    def _since(self, what: str) -> int:
        return round(self.now_s - self._began_s.get(what, self.now_s))


def _queue(verb: Verb | None) -> str:
    if isinstance(verb, Enqueue):
        return f"{verb.queue!r}{f', priority {verb.priority}' if verb.priority else ''}"
    names = [each.queue for each in verb.to if isinstance(each, Queue)] if isinstance(verb, Dial) else []
    return repr(names[0]) if names else ""


def _room(verb: Verb | None) -> str:
    rooms = [each for each in verb.to if isinstance(each, Conference)] if isinstance(verb, Dial) else []
    return f"{rooms[0].conference!r}{', muted' if rooms[0].muted else ''}" if rooms else ""
