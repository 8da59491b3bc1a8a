"""What the far end of a real call hears of the documents under tests/elements/documents, and what the server is told.

The far end has the call placed to it, sounds 500 Hz, and presses the keys of the document's script once it hears
something; who is dialled sounds 900 Hz.
"""

import asyncio
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import pytest

from tests.elements.documents import FAR_END, PAGES, SHOP, ElementDocument, documents
from tests.peers.audio import Sound, tone
from tests.peers.customer import Customer
from tests.peers.exchange import ExchangeTelephone, TelephoneExchange, telephone_exchange
from tests.peers.platform import Platform, platform
from tests.peers.ports import Ports
from tests.peers.spoken import is_told, said
from tests.peers.waiting import eventually

pytestmark = [pytest.mark.sip, pytest.mark.slow]

OURS: Final = "+32255502"
TONES: Final = (440, 880, 1200, 1400)
GREETING: Final = "Good morning."
AT_ONCE: Final = 4
A_FEW: Final = 8
HEARD: Final = [each for each in documents() if each.heard]
"""Those that make a sound."""
WITHIN_S: Final = 30.0


def in_groups(found: Sequence[ElementDocument]) -> list[Sequence[ElementDocument]]:
    """A few at a time share a node."""
    return [found[at : at + A_FEW] for at in range(0, len(found), A_FEW)]


class Walk:
    """Has the platform call a telephone with one document after the other, a few at once."""

    def __init__(
        self, telefoon: Platform, shop: Customer, exchange: TelephoneExchange, greeting: Sound, folder: Path
    ) -> None:
        self._telefoon = telefoon
        self._shop = shop
        self._exchange = exchange
        self._greeting = greeting
        self._places = asyncio.Semaphore(AT_ONCE)
        for path, page in PAGES.items():
            shop.flows[path] = page
        for hz in TONES:
            shop.flows[f"/{hz}.wav"] = tone(hz, 1).save(folder / f"{hz}.wav").read_bytes()

    async def all(self, group: Sequence[ElementDocument]) -> list[str]:
        """What went wrong, in a line each."""
        found = await asyncio.gather(*(self._one(at, each) for at, each in enumerate(group)), return_exceptions=True)
        wrong = [(document, each) for document, each in zip(group, found, strict=True) if each is not None]
        return [f"{document}: {error!r}" for document, error in wrong]

    async def _one(self, at: int, document: ElementDocument) -> None:
        number = f"{OURS}{at:02}"
        written = document.document.replace(FAR_END, f"127.0.0.1:{self._exchange.port}").replace(
            SHOP, self._shop.url("")
        )
        self._shop.flows[f"/{document}"] = written.strip()
        async with self._places:
            call = await self._telefoon.place(number, url=self._shop.url(f"/{document}"))
            telephone = await self._exchange.is_called(number)
            await self._press(document.digits, telephone)
            for wanted in document.heard:
                await self._hears(telephone, wanted)
            for path, told in document.asked.items():
                await self._is_told(path, told.items(), call["id"])
            await self._exchange.hang_up(telephone)
            await self._telefoon.ended_call(call["id"])

    async def _press(self, keys: str, telephone: ExchangeTelephone) -> None:
        if keys:
            await telephone.ear.hears_sound(seconds=0.3, within_s=WITHIN_S, since_s=0)
            telephone.ear.press(keys)

    async def _hears(self, telephone: ExchangeTelephone, wanted: str) -> None:
        match wanted.partition(" "):
            case ("tone", _, hz):
                await telephone.ear.hears_in_all(float(hz), seconds=0.5, within_s=WITHIN_S)
            case ("keys", _, keys):
                await telephone.ear.hears_keys(keys, within_s=WITHIN_S)
            case ("says", _, text):
                assert text == GREETING, "the one sentence that is compared"
                await is_told(telephone.ear, self._greeting, within_s=WITHIN_S)
            case _:
                await telephone.ear.hears_sound(seconds=0.3, within_s=WITHIN_S, since_s=0)

    async def _is_told(self, path: str, told: Iterable[tuple[str, str]], call_id: str) -> None:
        wanted = {*told}
        await eventually(
            lambda: any(wanted <= {*form.items()} and call_id in form.values() for form in self._shop.forms(path)),
            within_s=WITHIN_S,
            otherwise=lambda: f"{path} with {wanted}; it was asked for with {self._shop.forms(path)}",
        )


@pytest.mark.parametrize("group", in_groups(HEARD), ids=lambda group: f"{group[0]}-to-{group[-1]}")
async def test_the_far_end_hears_what_the_document_says(
    tmp_path: Path, ports: Ports, shop: Customer, group: Sequence[ElementDocument]
) -> None:
    async with telephone_exchange(lambda number: 500 if number.startswith(OURS) else 900) as exchange:
        carrier = f"sip:127.0.0.1:{exchange.port}"
        async with platform(tmp_path, ports, {"TRUNK": carrier, "REGISTRAR": carrier}) as telefoon:
            greeting = await asyncio.to_thread(said, telefoon, tmp_path, "greeting", GREETING)
            wrong = await Walk(telefoon, shop, exchange, greeting, tmp_path).all(group)

    assert wrong == []
