"""Tells a customer's server what happens in a room."""

from functools import partial

from engine.live.callbacks import CallCallbacks
from engine.live.conference.member import Member
from engine.live.session.backlog import Backlog
from engine.model.callback import Callback, ConferenceEventName
from engine.model.conference import Conference
from engine.ports import Clock
from engine.webhooks.payloads.conference import conference_form


class ConferenceCallbacks:
    """Status callbacks of one conference. The first caller whose flow names a URL says where they go."""

    def __init__(self, call_callbacks: CallCallbacks, clock: Clock, backlog: Backlog) -> None:
        self._call_callbacks = call_callbacks
        self._backlog = backlog
        self._clock = clock
        self._callback: Callback | None = None

    def meet(self, member: Member) -> None:
        """Somebody came in, perhaps with a callback."""
        self._callback = self._callback or member.plan.callback

    async def tell_event(
        self, conference: Conference, event: ConferenceEventName, word: str, member: Member, **more: str
    ) -> None:
        """`word` is the field's for what happened, `more` are further parameters; told among the member's callbacks."""
        if self._callback is not None and event.value in self._callback.events:
            form = conference_form(conference, word, member.participant, member.plan, self._clock.now())
            told = {**form, **more}
            await self._backlog.write(partial(self._call_callbacks.store, member.session.call.id, self._callback, told))
