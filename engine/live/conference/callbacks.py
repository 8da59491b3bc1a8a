"""Tells a customer's server what happens in a room."""

from functools import partial

from engine.live.callbacks import CallCallbacks
from engine.live.conference.member import Member
from engine.live.session.backlog import Backlog
from engine.model.callback import Callback, ConferenceEventName
from engine.model.conference import Conference
from engine.ports import Clock
from engine.webhooks.payloads.conference import conference_form, participant_params


class ConferenceCallbacks:
    """Status callbacks of one conference. The first caller whose flow names a URL says where they go.

    All of them are told among that caller's: so they come one after the other, whoever they are about, and count up.
    """

    def __init__(self, call_callbacks: CallCallbacks, clock: Clock, backlog: Backlog) -> None:
        self._call_callbacks = call_callbacks
        self._backlog = backlog
        self._clock = clock
        self._callback: Callback | None = None
        self._among = ""

    def meet(self, member: Member) -> None:
        """Somebody came in, perhaps with a callback."""
        if self._callback is None and member.plan.callback is not None:
            self._callback, self._among = member.plan.callback, member.session.call.id

    async def tell_event(
        self, conference: Conference, event: ConferenceEventName, word: str, member: Member | None, **more: str
    ) -> None:
        """`word` is the field's for what happened, `more` are further parameters; without a member, of the room."""
        if self._callback is None or event.value not in self._callback.events:
            return
        told = conference_form(conference, word, self._clock.now()) | more
        if member is not None:
            told |= participant_params(member.participant, member.plan)
        await self._backlog.write(partial(self._call_callbacks.store, self._among, self._callback, told))
