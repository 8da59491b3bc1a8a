"""A conversation of a program with the person on the line, as a state machine: what happens in, deeds out.

Moments are seconds of one clock (`now_s`). It knows of no socket and no sound: `engine.live.agents` does its deeds.
"""

from collections.abc import Iterator
from typing import Final

from engine.agents import told
from engine.agents.deeds import (
    WRONG_DATA,
    BreakOff,
    Deed,
    FinishTalk,
    ListenAnew,
    NoteFailure,
    NoteInterrupted,
    NoteKey,
    NotePlayed,
    NoteSaid,
    NoteUnderstood,
    PerformPiece,
    TellProgram,
)
from engine.agents.languages import LanguagesInForce
from engine.agents.listener import PersonHeard
from engine.agents.orders import AgentOrder, BadOrder, EndSession, PlayFile, SayToken, SendKeys, SpeakLanguage, order_of
from engine.agents.pieces import LastPiece, PlayedSound, PressedKeys, SpokenSentence, TurnManner
from engine.agents.speech_queue import MOST_WAITING, SpeechQueue
from engine.agents.spoken import SpokenSoFar
from engine.agents.told import Notice
from engine.flow.program_plans import AgentPlan, AgentStatus, InterruptedBy

MOST_UNREAD: Final = 10
"""Messages in a row that can't be read, after which the connection is closed."""
UNREAD_CODE: Final = "64105"
_INVALID: Final = "64107"
_ANSWERING_S: Final = 0.5
"""Within which tokens that come after a key are still those of the turn that it interrupted."""
_SPEAKER_EVENTS: Final = "speaker-events"
_TOKENS_PLAYED: Final = "tokens-played"


class Conversation:
    """What is said, heard and told, for one session. Each method gives what is to be done, in its order."""

    def __init__(self, plan: AgentPlan, call_language: str) -> None:
        self.languages = LanguagesInForce(plan, call_language)
        self._plan = plan
        self._queue = SpeechQueue(TurnManner(plan.interruptible, plan.preemptible), self.languages.voice)
        self._spoken = SpokenSoFar()
        self._person = PersonHeard(plan)
        self._unread = 0
        self._is_sounding = False
        """Whether the program was told that the agent speaks."""
        self._is_over = False

    @property
    def following(self) -> SpokenSentence | None:
        """The sentence that comes after what is performed now, to be made ahead."""
        piece = self._queue.following
        return piece if isinstance(piece, SpokenSentence) else None

    @property
    def wants_partials(self) -> bool:
        """Whether it matters what is understood before the person is done."""
        return self._person.wants_partials

    @property
    def is_speaking(self) -> bool:
        """Whether the agent is heard, or about to be."""
        return self._queue.audible is not None

    @property
    def awaits_more(self) -> bool:
        """Whether a sentence may be whole that is not spoken yet, since more of it may come."""
        return self._queue.may_hold_sentence

    def begin(self, now_s: float) -> Iterator[Deed]:
        """The welcome, where there is one."""
        if self._plan.welcome:
            greeting = TurnManner(self._plan.welcome_interruptible, self._plan.preemptible)
            self._queue.say(SayToken(self._plan.welcome, last=True), self.languages.spoken, now_s, greeting)
        yield from self._next()

    # What the program sends

    def received(self, message: str, now_s: float) -> Iterator[Deed]:
        """A message of the program."""
        try:
            order = order_of(message)
        except BadOrder as wrong:
            yield from self.received_unread(str(wrong))
            return
        self._unread = 0
        if not self._is_over:
            yield from self._ordered(order, now_s)
            yield from self._next()

    def no_more_came(self) -> Iterator[Deed]:
        """The program has sent nothing for so long that the sentence is whole by which it stopped."""
        self._queue.say_held()
        yield from self._next()

    def received_unread(self, why: str) -> Iterator[Deed]:
        """The program sent what is no message."""
        self._unread += 1
        yield TellProgram(told.error(f"{_INVALID}: {why}"))
        if self._unread >= MOST_UNREAD:
            yield from self._finish(
                FinishTalk(
                    AgentStatus.FAILED, WRONG_DATA, error_code=UNREAD_CODE,
                    error_message=f"{MOST_UNREAD} messages in a row could not be read. The last: {why}",
                )
            )  # fmt: skip

    def _ordered(self, order: AgentOrder, now_s: float) -> Iterator[Deed]:
        if self._queue.is_full and not isinstance(order, EndSession | SpeakLanguage):
            yield TellProgram(told.error(f"{MOST_WAITING} sentences and sounds wait already: this one is left out."))
            return
        gives_way = False
        match order:
            case SayToken():
                gives_way = self._queue.say(order, order.language or self.languages.spoken, now_s)
            case PlayFile():
                gives_way = self._queue.play(order)
            case SendKeys(digits=digits):
                self._queue.add(PressedKeys(digits))
            case SpeakLanguage(spoken=spoken, understood=understood):
                if self.languages.change(spoken=spoken, understood=understood):
                    yield ListenAnew()
            case EndSession(handoff_data=handoff_data):
                gives_way = self._queue.end(handoff_data or "")
        if gives_way:
            yield from self._broken_off()

    # What is heard of the agent

    def sounding(self, seconds: float, now_s: float) -> Iterator[Deed]:
        """The current piece begins to be heard, and takes so long."""
        piece = self._queue.audible
        if isinstance(piece, SpokenSentence):
            self._spoken.begins(piece, now_s, seconds)
        if not self._is_sounding:
            self._is_sounding = True
            yield from self._notice(_SPEAKER_EVENTS, Notice.AGENT_SPEAKING, "on")

    def done(self, now_s: float) -> Iterator[Deed]:
        """The current piece was performed to its end."""
        piece, self._queue.current = self._queue.current, None
        if isinstance(piece, SpokenSentence):
            self._spoken.ended(now_s)
            yield from self._said(piece, to_the_end=True)
            yield from self._notice(_TOKENS_PLAYED, Notice.TOKENS_PLAYED, piece.text)
        elif isinstance(piece, PlayedSound):
            yield NotePlayed(piece.source)
        yield from self._next()

    def failed(self, why: str, now_s: float) -> Iterator[Deed]:
        """The current piece could not be performed; the next one may be."""
        self._queue.current = None
        self._spoken.ended(now_s)
        yield NoteFailure(why)
        yield TellProgram(told.error(why))
        yield from self._next()

    # What the person does

    def speech_began(self, now_s: float) -> Iterator[Deed]:
        """A voice is heard."""
        self._person.begins(over_agent=self.is_speaking)
        yield from self._notice(_SPEAKER_EVENTS, Notice.CLIENT_SPEAKING, "on")
        if self._person.voice_interrupts:
            yield from self._interrupt_by_speech(now_s)
            yield from self._next()

    def understood_so_far(self, text: str, now_s: float) -> Iterator[Deed]:
        """What the person has said so far; it may still read otherwise."""
        if self._is_nothing(text, now_s):
            return
        self._person.partial = text
        if self._person.interrupts(text):
            yield from self._interrupt_by_speech(now_s)
        if self._plan.partial_prompts and self._is_told(InterruptedBy.SPEECH):
            yield self._prompt(text, last=False)
        yield from self._next()

    def understood(self, text: str, confidence: float, now_s: float) -> Iterator[Deed]:
        """What the person has said, who is silent now; nothing where the text is empty."""
        if self._person.ends():
            yield from self._notice(_SPEAKER_EVENTS, Notice.CLIENT_SPEAKING, "off")
        if self._is_nothing(text, now_s):
            return
        yield NoteUnderstood(text, confidence)
        yield from self._interrupt_by_speech(now_s)
        if self._is_told(InterruptedBy.SPEECH):
            self._queue.answered()
            yield self._prompt(text, last=True)
        yield from self._next()

    def pressed(self, digit: str, now_s: float) -> Iterator[Deed]:
        """A key of the telephone."""
        yield NoteKey(digit)
        piece = self._queue.audible
        if piece is not None and piece.manner.by_keys:
            yield from self._interrupt(now_s)
        if self._plan.tells_keys and self._is_told(InterruptedBy.KEYS):
            self._queue.answered(now_s + _ANSWERING_S)
            yield TellProgram(told.key_pressed(digit))
        yield from self._next()

    def hung_up(self) -> Iterator[Deed]:
        """The person is gone."""
        if self._plan.partial_prompt_on_hangup and self._person.partial:
            yield self._prompt(self._person.partial, last=False)
        yield from self._finish(FinishTalk(AgentStatus.COMPLETED))

    def _prompt(self, text: str, *, last: bool) -> TellProgram:
        heard_now = self.is_speaking if self._plan.tells_turn_state else None
        return TellProgram(told.prompt(text, self.languages.understood, last=last, agent_speaking=heard_now))

    def _is_nothing(self, text: str, now_s: float) -> bool:
        """Whether there are no words, or such as do not count: the agent's own, or of who only listens."""
        if not text:
            return True
        may_be_echo = self._plan.filters_echo and self._person.may_be_echo
        if may_be_echo and self._spoken.is_echoed_by(text, now_s):
            return True
        return self.is_speaking and self._person.only_listens(text)

    def _is_told(self, by: InterruptedBy) -> bool:
        """Whether the program is told what the person does now."""
        return not self.is_speaking or self._plan.reports_while_speaking in (by, InterruptedBy.ANYTHING)

    def _interrupt_by_speech(self, now_s: float) -> Iterator[Deed]:
        piece = self._queue.audible
        if piece is not None and piece.manner.by_speech:
            yield from self._interrupt(now_s)

    def _interrupt(self, now_s: float) -> Iterator[Deed]:
        piece = self._queue.audible
        turn = piece.turn if piece is not None else 0
        heard, heard_s = self._spoken.heard(turn, now_s), self._spoken.heard_s(turn, now_s)
        self._queue.interrupt()
        self._person.may_be_echo = False
        yield from self._broken_off()
        yield from self._silent()
        yield NoteInterrupted(heard, round(heard_s, 2))
        yield TellProgram(told.interrupted(heard, heard_s))

    def _broken_off(self) -> Iterator[Deed]:
        """What is heard stops."""
        yield BreakOff()
        cut = self._spoken.cut()
        if cut is not None:
            yield from self._said(cut, to_the_end=False)

    def _next(self) -> Iterator[Deed]:
        """Perform what comes next, if nothing is being performed."""
        if self._is_over:
            return
        piece = self._queue.take()
        if isinstance(piece, LastPiece):
            yield from self._finish(FinishTalk(AgentStatus.ENDED, handoff_data=piece.handoff_data))
        elif piece is not None:
            if self._queue.audible is None:
                yield from self._silent()
            yield PerformPiece(piece)
        elif self._queue.current is None:
            yield from self._silent()

    def _silent(self) -> Iterator[Deed]:
        if self._is_sounding:
            self._is_sounding = False
            yield from self._notice(_SPEAKER_EVENTS, Notice.AGENT_SPEAKING, "off")

    def _finish(self, how: FinishTalk) -> Iterator[Deed]:
        if not self._is_over:
            self._is_over = True
            yield from self._silent()
            yield how

    def _said(self, sentence: SpokenSentence, *, to_the_end: bool) -> Iterator[Deed]:
        yield NoteSaid(sentence.text, sentence.language, to_the_end)

    def _notice(self, wanted: str, name: Notice, value: str) -> Iterator[Deed]:
        if wanted in self._plan.debug:
            yield TellProgram(told.info(name, value))
