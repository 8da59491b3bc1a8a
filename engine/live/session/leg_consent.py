"""The consent of one leg to be recorded, for as long as the leg lives."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from engine.model.consent import Consent, ConsentAnswer, How
from engine.model.consent.state import CONSENT_TRANSITIONS, FINAL, ConsentEvent, ConsentState
from engine.model.transitions import next_state
from engine.ports import Source

OnWithdrawal = Callable[[bool], Awaitable[None]]
"""Told whether what was recorded is to be deleted."""

OnNewcomer = Callable[[], Awaitable[None]]
"""Told that another person is on the line, and again once it is known whether that one may be recorded."""


class LegConsent:
    """Whether a leg may be recorded, who is told if it withdraws, and what of it is kept out of recordings since."""

    def __init__(self, call_id: str) -> None:
        self.asking: Final = asyncio.Lock()
        """Held by who asks for it."""
        self._call_id = call_id
        self._state = ConsentState.NOT_ASKED
        self._given: Consent | None = None
        self._on_withdrawal: OnWithdrawal | None = None
        self._on_newcomer: OnNewcomer | None = None
        self._withheld: list[Source] = []

    @property
    def state(self) -> ConsentState:
        return self._state

    @property
    def given(self) -> Consent | None:
        """The consent, while it is given."""
        return self._given

    @property
    def is_known(self) -> bool:
        """Whether it is known if the leg may be recorded."""
        return self._state is not ConsentState.NOT_ASKED

    @property
    def is_final(self) -> bool:
        """Refused or withdrawn: the leg is not asked again."""
        return self._state in FINAL

    def answered(self, answer: ConsentAnswer, consent: Consent | None) -> None:
        """The leg was asked; `consent` is what came of it. Raises UnexpectedEvent once it is final."""
        if consent is not None:
            self._happened(ConsentEvent.GAVE)
        else:
            self._happened(ConsentEvent.UNHEARD if answer.how is How.UNHEARD else ConsentEvent.REFUSED)
        self._given = consent

    def withdraw(self) -> Consent | None:
        """Withdraw consent and give the one that there was. Raises UnexpectedEvent once it is final."""
        self._happened(ConsentEvent.WITHDREW)
        before, self._given = self._given, None
        return before

    def tell_withdrawal_to(self, told: OnWithdrawal | None) -> None:
        """Set who is told of a withdrawal, since others hear the leg; None where nobody does any more."""
        self._on_withdrawal = told

    async def tell_withdrawal(self, *, delete: bool) -> None:
        """Tell where the leg is heard that it may not be recorded any more."""
        if self._on_withdrawal is not None:
            await self._on_withdrawal(delete)

    def begin_anew(self) -> list[Source]:
        """Another person is on the line, who has not been asked; gives what was withheld, and is no longer."""
        self._state, self._given = ConsentState.NOT_ASKED, None
        return self.release()

    def tell_newcomer_to(self, told: OnNewcomer | None) -> None:
        """Set who is told of another person on the line, as the leg is in a room; None where it is in none."""
        self._on_newcomer = told

    async def tell_newcomer(self) -> None:
        """Tell the room where the leg is."""
        if self._on_newcomer is not None:
            await self._on_newcomer()

    def withhold(self, *sources: Source) -> None:
        """Remember what is kept out of recordings until the call is over."""
        self._withheld += sources

    def release(self) -> list[Source]:
        """What was withheld, and is no longer."""
        released, self._withheld = self._withheld, []
        return released

    def _happened(self, event: ConsentEvent) -> None:
        self._state = next_state(CONSENT_TRANSITIONS, self._call_id, self._state, event)
