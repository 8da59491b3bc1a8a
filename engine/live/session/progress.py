"""How far a call has come: what its leg tells, and what becomes of that in the call's journal."""

from dataclasses import dataclass, field, replace

from engine.aio.inbox import Inbox
from engine.aio.signal import Signal
from engine.aio.waits import Occurrence
from engine.live.session.attempts import attempt_of_end, attempt_of_trunk
from engine.live.session.call_of_leg import CurrentCall
from engine.live.session.dtmf import Keys
from engine.live.session.journal import Journal
from engine.live.session.leg_disclosure import LegDisclosure
from engine.live.session.noted_events import write_event
from engine.model.call import Event, Status
from engine.ports import (
    Alerted,
    Answered,
    AnswerHeaders,
    DigitPressed,
    EndedBy,
    HungUp,
    LegEvent,
    MediaChanged,
    PlaceTaken,
    ReferAnswered,
    ReferRequested,
    RouteAdvanced,
    TrunkTried,
)


@dataclass(slots=True)
class CallProgress:
    """Follows the events of a leg. `ending` is what it means that we hang up, if it is not answered by then.

    `answer_headers` are those of whom we called, as its last answers of 18x and 2xx had them.
    """

    current: CurrentCall
    keys: Keys
    disclosing: LegDisclosure = field(default_factory=LegDisclosure)
    answered: Occurrence = field(default_factory=Occurrence)
    early_media: Signal = field(default_factory=Signal)
    answer_headers: dict[str, str] = field(default_factory=dict)
    asked_to_refer: Inbox[str] = field(default_factory=Inbox)
    refer_answers: Inbox[ReferAnswered] = field(default_factory=Inbox)
    ending: Event | None = None
    _attempt_told: bool = False

    @property
    def _journal(self) -> Journal:
        return self.current.of.journal

    def begin_anew(self) -> None:
        """The leg goes on as another call, which is answered."""
        self._attempt_told = False
        self.answer_headers.clear()
        self.keys.forget()
        self.answered.set()

    def is_wanted(self) -> bool:
        """Whether nobody has asked for its end."""
        return self.ending is None

    def end_as(self, outcome: Event) -> None:
        """Note that we hang up, and what that means; the first outcome stands."""
        self.ending = self.ending or outcome

    def follow(self, event: LegEvent, via: str) -> None:
        """Take in an event of the leg, which goes by this way."""
        match event:
            case AnswerHeaders() | Alerted() | Answered():
                self._note_answer(event)
            case DigitPressed(digit=digit):
                self.keys.press(digit)
            case ReferRequested(target=target):
                self._journal.note_event("refer_requested", target=target)
                self.asked_to_refer.put(target)
            case ReferAnswered():
                self.refer_answers.put(event)
            case TrunkTried():
                self._note_attempt(event)
            case RouteAdvanced():
                self._note_route(event)
            case HungUp():
                self._ended(event, via)
            case MediaChanged(sending=hears):
                self.disclosing.line_changed(hears=hears)
                write_event(self._journal, event)
            case PlaceTaken():
                pass  # for whoever has dialled: what it means for the call is settled already
            case _:
                write_event(self._journal, event)

    def _note_answer(self, event: AnswerHeaders | Alerted | Answered) -> None:
        match event:
            case AnswerHeaders(headers=headers):
                self.answer_headers.update(headers)
            case Alerted(sip_code=code, early_media=early):
                if early:
                    self.early_media.set()
                if self._journal.call.status is Status.QUEUED:
                    self._journal.happened(Event.ALERTED)
                self._journal.note_event("provisional", sip_code=code, early_media=early)
            case Answered():
                self._journal.happened(Event.ANSWERED)
                self.answered.set()

    def _note_route(self, event: RouteAdvanced) -> None:
        self._attempt_told = False
        self.answer_headers.clear()
        self._journal.carried_by(event.via)
        self._journal.set(sip_call_id=event.sip_call_id, stir_signed=None)
        self._journal.note_event("invite_sent", target=self._journal.call.to, via=event.via)

    def _note_attempt(self, event: TrunkTried) -> None:
        if self.ending is Event.HUNG_UP:
            return
        self._attempt_told = True
        self._journal.tried(attempt_of_trunk(event, self._journal.call.to))

    def _ended(self, event: HungUp, via: str) -> None:
        answered = self._journal.call.answer_time is not None
        if event.unheard and self.ending in (None, Event.EXPIRED):
            event = replace(event, outcome=Event.BROKE, by=EndedBy.NOBODY, sip_code=408, sip_reason=event.unheard)
        outcome = self.ending if self.ending and not answered and event.by_us else event.outcome
        told = self._attempt_told and not answered
        if (not answered or outcome is Event.BROKE) and self.ending is not Event.HUNG_UP and not told:
            self._journal.tried(attempt_of_end(event, via, self._journal.call.to))
        words = {"words": event.words} if event.words else {}
        self._journal.note_event("hung_up", by=event.by.value, sip_code=event.sip_code, **words)
        if event.figures is not None:
            self._journal.note_line(event.figures)
        self._journal.happened(
            outcome, sip_code=event.sip_code, sip_reason=event.sip_reason, q850_cause=event.q850_cause
        )
