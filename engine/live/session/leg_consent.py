"""The consent of one leg, purpose by purpose, for as long as the leg lives."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Final, TypeVar

from engine.model.consent import Consent, ConsentAnswer, ConsentRequest, How, Purpose
from engine.model.consent.state import CONSENT_TRANSITIONS, FINAL, ConsentEvent, ConsentState
from engine.model.transitions import next_state
from engine.ports import Source

P = TypeVar("P", bound=Purpose)
T = TypeVar("T")

OnWithdrawal = Callable[[bool], Awaitable[None]]
"""Told whether what was kept of the leg is to be deleted."""

OnConsent = Callable[[], Awaitable[None]]
"""Told that the leg may be processed from now on."""

OnNewcomer = Callable[[], Awaitable[None]]
"""Told that another person is on the line, and again once it is known to what that one consents."""

Forget = Callable[[], None]
"""Tells no more."""


class LegConsent:
    """Whether a leg may be recorded, streamed or written down, and who is told where it may not be any more."""

    def __init__(self, call_id: str) -> None:
        self.asking: Final = asyncio.Lock()
        """Held by who asks for it."""
        self.requests: Final[list[ConsentRequest]] = []
        """What waits to be asked, or is being asked."""
        self._call_id = call_id
        self._states = dict.fromkeys(Purpose, ConsentState.NOT_ASKED)
        self._given: dict[Purpose, Consent[Purpose]] = {}
        self._on_withdrawal: dict[Purpose, list[OnWithdrawal]] = {purpose: [] for purpose in Purpose}
        self._on_consent: dict[Purpose, list[OnConsent]] = {purpose: [] for purpose in Purpose}
        self._on_newcomer: list[OnNewcomer] = []
        self._withheld: dict[Purpose, list[Source]] = {purpose: [] for purpose in Purpose}

    def state(self, purpose: Purpose) -> ConsentState:
        """Whether the leg may be processed for this."""
        return self._states[purpose]

    def given(self, purpose: P) -> Consent[P] | None:
        """The consent to this, while it is given."""
        consent = self._given.get(purpose)
        return consent.to(purpose) if consent is not None else None

    @property
    def is_any_given(self) -> bool:
        """Whether there is consent to anything, which can be withdrawn."""
        return bool(self._given)

    def is_known(self, purpose: Purpose) -> bool:
        """Whether it is known if the leg consents to this."""
        return self._states[purpose] is not ConsentState.NOT_ASKED

    def is_final(self, purpose: Purpose) -> bool:
        """Refused or withdrawn: the leg is not asked for this again."""
        return self._states[purpose] in FINAL

    @property
    def is_over(self) -> bool:
        """Whether everything was refused or withdrawn."""
        return all(map(self.is_final, Purpose))

    def answered(self, purpose: Purpose, answer: ConsentAnswer, consent: Consent[Purpose] | None) -> None:
        """The leg was asked; `consent` is what came of it. Raises UnexpectedEvent once it is final."""
        if consent is not None:
            self._happened(purpose, ConsentEvent.GAVE)
            self._given[purpose] = consent
        else:
            self._happened(purpose, ConsentEvent.UNHEARD if answer.how is How.UNHEARD else ConsentEvent.REFUSED)
            self._given.pop(purpose, None)

    def withdraw(self) -> Mapping[Purpose, Consent[Purpose] | None]:
        """Withdraw consent to everything: gives what there was to each purpose that was not final yet."""
        open_ = [purpose for purpose in Purpose if not self.is_final(purpose)]
        for purpose in open_:
            self._happened(purpose, ConsentEvent.WITHDREW)
        return {purpose: self._given.pop(purpose, None) for purpose in open_}

    def tell_withdrawal_to(self, purpose: Purpose, told: OnWithdrawal) -> Forget:
        """Have somebody told who has the leg heard for this purpose; call what is given when it is so no longer."""
        return _added(self._on_withdrawal[purpose], told)

    async def tell_withdrawal(self, purpose: Purpose, *, delete: bool) -> None:
        """Tell where the leg is heard that it may not be any more."""
        for told in tuple(self._on_withdrawal[purpose]):
            await told(delete)

    def tell_consent_to(self, purpose: Purpose, told: OnConsent) -> Forget:
        """Have somebody told who has the leg heard once it may be for this; call what is given to be told no more."""
        return _added(self._on_consent[purpose], told)

    async def tell_consent(self, purpose: Purpose) -> None:
        """Tell where the leg is heard that it may be for this purpose."""
        for told in tuple(self._on_consent[purpose]):
            await told()

    def begin_anew(self) -> None:
        """Another person is on the line, who has not been asked."""
        self._states, self._given = dict.fromkeys(Purpose, ConsentState.NOT_ASKED), {}

    def tell_newcomer_to(self, told: OnNewcomer) -> Forget:
        """Have somebody told of another person on the line; call what is given when nobody is to be any more."""
        return _added(self._on_newcomer, told)

    async def tell_newcomer(self) -> None:
        """Tell where the leg is heard."""
        for told in tuple(self._on_newcomer):
            await told()

    def withhold(self, purpose: Purpose, *sources: Source) -> None:
        """Remember what is withheld from a purpose until the call is over."""
        self._withheld[purpose] += sources

    def release(self, purpose: Purpose) -> list[Source]:
        """What was withheld from it, and is no longer."""
        released, self._withheld[purpose] = self._withheld[purpose], []
        return released

    def _happened(self, purpose: Purpose, event: ConsentEvent) -> None:
        self._states[purpose] = next_state(CONSENT_TRANSITIONS, self._call_id, self._states[purpose], event)


def _added(told: list[T], each: T) -> Forget:
    told.append(each)
    return partial(told.remove, each)
