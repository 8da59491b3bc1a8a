"""The people of a simulated call: its caller, who is dialled, who serves a queue, who waits in one."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from typing import Any, Final
from xml.sax.saxutils import escape

from engine.aio.tasks import BackgroundTasks
from engine.errors import NotFound, WrongState
from engine.flow.document import Verb
from engine.flow.verbs.conference import Conference
from engine.flow.verbs.dial import Dial
from engine.flow.verbs.echo import Echo
from engine.flow.verbs.enqueue import Enqueue
from engine.flow.verbs.gather import Gather
from engine.flow.verbs.queue import Queue
from engine.flow.verbs.record import Record
from engine.flow.verbs.refer import Refer
from engine.live.phrases import Phrase
from engine.model.consent import ABOUT, AGREE, NAME, load_texts
from engine.ports import LegId
from engine.simulator.narrator import Narrator
from engine.simulator.recognizer import ScriptedRecognizer
from engine.simulator.script import Script, ScriptedAnswer
from engine.simulator.simulated_person import SimulatedPerson
from engine.simulator.transcript import TranscriptMark
from engine.testing.far_end import FarEnd
from engine.testing.mix import Audible, Playing
from engine.testing.node import FakeNode

TALK_S: Final = 10.0
"""How long a simulated talk, message or stay in a conference lasts."""
RING_S: Final = 4.0
QUEUE_S: Final = 20.0
_REFUSALS: Final[Mapping[ScriptedAnswer, tuple[int, str]]] = {
    ScriptedAnswer.BUSY: (486, "Busy Here"),
    ScriptedAnswer.FAILED: (503, "Service Unavailable"),
    ScriptedAnswer.CANCELED: (487, "Request Terminated"),
}
_LATER_S: Final = 1.0
"""So much later answers each of several whose phones ring together."""
_SOON_S: Final = 0.1
_WAIT_S: Final = 60.0


class People:
    """They do what the script says, and are told of what happens on the calls of the node."""

    def __init__(
        self, node: FakeNode, script: Script, narrator: Narrator, recognizer: ScriptedRecognizer, tasks: BackgroundTasks
    ) -> None:
        self._node = node
        self._script = script
        self._narrator = narrator
        self._recognizer = recognizer
        self._tasks = tasks
        self._listeners: dict[str, SimulatedPerson] = {}
        self._by_leg: dict[LegId, SimulatedPerson] = {}
        self._caller: FarEnd | None = None
        self._ringing = 0

    def calls(self, caller: FarEnd) -> None:
        """Somebody's call has come in: the one that is simulated."""
        self._caller = caller
        self._narrator.caller = caller

    def happens(self, call_id: str, kind: str, facts: Mapping[str, Any]) -> None:
        """An event of any call."""
        listener = self._listener(call_id)
        if listener is None:
            return
        if kind == "verb":
            listener.begins_anew()
            self._performs(listener, self._narrator.verbs.get(call_id))
        if kind == "recording_started":
            listener.recorded.set()
        if call_id != self._narrator.call_id:
            return
        if kind == "conference_joined":
            self._tasks.begin(self._end_conference(str(facts["conference"])))
        if kind == "queue_entered":
            self._may_be_served(self._narrator.verbs.get(call_id))

    def hears(self, leg: LegId, what: Audible, begins: bool) -> None:
        """A far end begins or ceases to hear something."""
        listener = self._by_leg.get(leg)
        if listener is None or not begins or not isinstance(what, Playing) or what.sound.speech is None:
            return
        if _asks_for_consent(what.sound.name):
            listener.does(listener.presses(AGREE))
        if what.sound.name in Phrase.ENTER_PIN.texts.values():
            keys = listener.input.keys
            listener.does(listener.presses(keys if keys.endswith("#") else f"{keys}#" if keys else ""))

    def is_called(self, called: FarEnd) -> None:
        """Somebody's phone rings."""
        answer = self._script.next_answer()
        self._narrator.names[called.id] = called.number
        self._narrator.dials(called.number)
        if called.leg.request is not None:
            self._listens(called.leg.request.call_id, called)
        self._tasks.begin(self._answers(called, answer))

    def _performs(self, listener: SimulatedPerson, verb: Verb | None) -> None:
        match verb:
            case Gather():
                listener.input = self._script.next_input()
                listener.does(listener.gives_input(verb.timeout))
            case Record():
                listener.input = self._script.next_input()
                listener.does(listener.leaves_a_message(min(TALK_S, verb.max_length)))
            case Dial(to=targets):
                for target in targets:
                    if isinstance(target, Conference) and target.pin is not None:
                        listener.input = self._script.next_input()
                    if isinstance(target, Queue) and self._script.next_answer() is ScriptedAnswer.ANSWER:
                        self._tasks.begin(self._waits(target.queue))
            case Echo():
                listener.does(self._hears_itself(listener.far_end))
            case Refer():
                listener.does(self._is_sent_on(listener.far_end))

    def _may_be_served(self, verb: Verb | None) -> None:
        if isinstance(verb, Enqueue) and self._script.answers and self._script.next_answer() is ScriptedAnswer.ANSWER:
            self._tasks.begin(self._serves(verb.queue))

    async def _answers(self, called: FarEnd, answer: ScriptedAnswer) -> None:
        called.rings()
        if answer is ScriptedAnswer.NO_ANSWER:
            await called.leg.ended.wait()
            self._narrator.line(TranscriptMark.CALL, f"{called.number}: {answer}")
            return
        self._ringing += 1
        await self._passes(RING_S + (self._ringing - 1) * _LATER_S)
        self._ringing -= 1
        if called.is_over:
            return
        self._narrator.line(TranscriptMark.CALL, f"{called.number}: {answer}")
        if answer in _REFUSALS:
            called.refuses(*_REFUSALS[answer])
        else:
            called.answers()
            await self._talks(called)

    async def _talks(self, other: FarEnd) -> None:
        """Talk with the caller, once they hear each other; then hang up."""
        caller = self._caller
        assert caller is not None
        while not other.is_over and not other.can_hear(caller):
            await self._node.around.bridge.changed.wait(_WAIT_S)
        await self._passes(TALK_S)
        other.hangs_up()

    async def _serves(self, queue: str) -> None:
        await self._passes(QUEUE_S)
        if self._node.switchboard.place_in_queue(self._narrator.call_id) is None:
            return
        await self._comes(f"<Dial><Queue>{escape(queue)}</Queue></Dial>", "+3225550177", "the agent")

    async def _waits(self, queue: str) -> None:
        await self._comes(f"<Enqueue>{escape(queue)}</Enqueue>", "+3225550166", "who waited")

    async def _comes(self, verb: str, number: str, name: str) -> None:
        """Somebody else calls, and talks with the caller."""
        try:
            other = await self._node.is_called(f"<Response>{verb}</Response>", caller=number)
        except WrongState:
            return  # the simulated call has ended meanwhile, and the node with it
        self._narrator.names[other.id] = name
        await self._talks(other)

    async def _end_conference(self, conference_id: str) -> None:
        await self._passes(TALK_S)
        with suppress(NotFound):  # it has ended before
            await self._node.switchboard.conferences.end(self._node.account.id, conference_id)

    async def _hears_itself(self, far_end: FarEnd) -> None:
        await self._passes(_SOON_S)
        self._narrator.line(TranscriptMark.CALL, f"hears itself for {TALK_S:g} s")
        await self._passes(TALK_S)
        far_end.hangs_up()

    async def _is_sent_on(self, far_end: FarEnd) -> None:
        while far_end.leg.referred_to is None:
            await self._passes(_SOON_S)
        self._narrator.line(TranscriptMark.CALL, f"is sent on to {far_end.leg.referred_to}")
        far_end.tells_of_referral(202, final=False)
        far_end.tells_of_referral(200, final=True)

    def _listener(self, call_id: str) -> SimulatedPerson | None:
        if call_id == self._narrator.call_id and call_id not in self._listeners and self._caller is not None:
            self._listens(call_id, self._caller)
        return self._listeners.get(call_id)

    def _listens(self, call_id: str, far_end: FarEnd) -> None:
        listener = SimulatedPerson(far_end, self._node.around.bridge, self._narrator, self._recognizer, self._tasks)
        self._listeners[call_id] = self._by_leg[far_end.id] = listener

    async def _passes(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def _asks_for_consent(said: str) -> bool:
    """Whether it is a question for consent to anything, in any language and of any account's name."""
    return any(said.startswith(before) and said.endswith(after) for before, after in _questions())


@cache
def _questions() -> frozenset[tuple[str, str]]:
    """What is said before and after the account's name."""
    texts, questions = load_texts().texts, [each.question for each in ABOUT.values()]
    wordings = (text.partition(NAME) for question in questions for text in texts[question].values())
    return frozenset((before, after) for before, _, after in wordings)
