"""News of a room: what is noted on the calls in it, and what the customer's server is told."""

from collections.abc import Awaitable, Callable
from typing import Final

from engine.live.callbacks import CallCallbacks
from engine.live.conference.callbacks import ConferenceCallbacks
from engine.live.conference.conference_row import ConferenceRow
from engine.live.conference.member import Member
from engine.live.session.backlog import Backlog
from engine.model.callback import ConferenceEventName
from engine.model.conference import Participant, differences
from engine.model.conference_end import ConferenceEnd, why_left
from engine.ports import Clock
from engine.webhooks.payloads.conference import announcement_params, ending_params, events_of, leaving_params

_LEAVING_S: Final = 5.0
_LOOK_AGAIN_S: Final = 0.2


class RoomNews:
    """Tells what happens in one room."""

    def __init__(self, call_callbacks: CallCallbacks, clock: Clock, backlog: Backlog, row: ConferenceRow) -> None:
        self._callbacks = ConferenceCallbacks(call_callbacks, clock, backlog)
        self._clock = clock
        self._row = row
        self._ending: dict[str, str] | None = None
        """What is to be told of its end, until the last has left."""

    def meet(self, member: Member) -> None:
        """Somebody comes in, perhaps with a callback."""
        self._callbacks.meet(member)

    async def began(self) -> None:
        await self._tell(ConferenceEventName.START, "conference-start", None)

    async def came(self, member: Member) -> None:
        await self._tell(ConferenceEventName.JOIN, "participant-join", member)

    async def left(self, member: Member, ended: ConferenceEnd | None) -> None:
        """`ended` is why the conference is over, if it is so already."""
        why = why_left(sent_out=member.sent_out.is_set(), ended=ended)
        told = leaving_params(why, member.session.call)
        await self._tell(ConferenceEventName.LEAVE, "participant-leave", member, **told)

    def ends(self, reason: ConferenceEnd, by: Member | None) -> None:
        """The end, which is told after the last has left: whoever counts who is in it hears of that last."""
        self._ending = ending_params(reason, by.participant if by else None, by.plan.label if by else None)

    async def tell_end(self) -> None:
        """The last has left."""
        if self._ending is not None:
            ending, self._ending = self._ending, None
            await self._tell(ConferenceEventName.END, "conference-end", None, **ending)

    async def tell_end_after_all(self, present: Callable[[], Awaitable[int]]) -> None:
        """The last here has left, and on other nodes somebody may still be leaving."""
        end_s = self._clock.monotonic() + _LEAVING_S
        while await present() and self._clock.monotonic() < end_s:
            await self._clock.sleep(_LOOK_AGAIN_S)
        await self.tell_end()

    async def changed(self, member: Member, before: Participant) -> None:
        """A member takes part otherwise than before."""
        after = member.participant
        member.session.journal.note_event(
            "participant_changed", conference=self._row.value.id, **differences(before, after)
        )
        for event, word in events_of(before, after):
            await self._tell(event, word, member)

    async def announced(self, member: Member, url: str | None, failure: str | None) -> None:
        """Something was said or played to all, which is noted on a member's call."""
        member.session.journal.note_event("announced", conference=self._row.value.id, failure=failure)
        word = "announcement-fail" if failure else "announcement-end"
        await self._tell(ConferenceEventName.ANNOUNCEMENT, word, None, **announcement_params(url, failure))

    async def talks(self, member: Member, *, now: bool) -> None:
        """A member begins or ends to talk."""
        member.session.journal.note_event("talking" if now else "fell_silent", conference=self._row.value.id)
        word = "participant-speech-start" if now else "participant-speech-stop"
        await self._tell(ConferenceEventName.SPEAKER, word, member)

    async def _tell(self, event: ConferenceEventName, word: str, member: Member | None, **more: str) -> None:
        await self._callbacks.tell_event(self._row.value, event, word, member, **more)
