"""Menus: answered, a prompt, one key, another prompt, recorded both ways; and a call that is one prompt."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Final

from bench.asterisk_server import Way, asterisk_server
from bench.node import NUMBER, node
from bench.recordings import files_in, recordings_of
from bench.scenario import Place, Scenario
from bench.sounds import a_law, wav
from bench.two_lengths import Caller, CallServer, Lengths
from bench.web import serving

MENU_S: Final = 6.0
CHOSEN_S: Final = 300.0
"""Longer than any call: callers hang up while they listen."""
LENGTHS: Final = Lengths(short_s=8.0, long_s=30.0)
"""Of all, so that what a call costs is spread over as many seconds: one with the notice is past it after six."""
ANNOUNCED: Final = replace(LENGTHS, brief_s=(8.0, 11.0))
_MENU: Final = (
    "<Response><Start><Recording channels='dual'/></Start>"
    "<Gather numDigits='1' action='/chosen'><Play>/menu.wav</Play></Gather></Response>"
)
_PROMPT: Final = "<Response><Play>/chosen.wav</Play></Response>"
SAME_WORK: Final = (("CODECS", "PCMA"), ("RECORDING_ENCRYPTION", "false"))
_ANNOUNCED: Final = (("--consent", "announce"),)
NOBODY_ASKED: Final = (("--consent", "none-needed"), ("--consent-basis", "a measurement"))


@dataclass(frozen=True, slots=True)
class OurMenus:
    """`settings` and `consent` of the number; without `records` a call is one prompt."""

    name: str
    settings: tuple[tuple[str, str], ...] = ()
    consent: tuple[tuple[str, str], ...] = ()
    records: bool = True

    @asynccontextmanager
    async def running(self, place: Place) -> AsyncIterator[CallServer]:
        pages = {
            "/flow": _MENU if self.records else _PROMPT, "/chosen": _PROMPT,
            "/menu.wav": wav(MENU_S), "/chosen.wav": wav(CHOSEN_S),
        }  # fmt: skip
        async with serving(pages) as web:
            number = {"--url": web.url("/flow"), **dict(self.consent)}
            async with node(place, dict(self.settings), number) as one:
                caller = Caller(NUMBER, key="1" if self.records else "")
                counted = recordings_of(one) if self.records else None
                lengths = ANNOUNCED if self.consent == _ANNOUNCED else LENGTHS
                yield await CallServer.warm(one.pid, one.sip_port, place, caller, lengths, counted)


@dataclass(frozen=True, slots=True)
class TheirMenus:
    """`extension` of bench/asterisk/extensions.conf."""

    name: str
    extension: str
    way: Way

    @asynccontextmanager
    async def running(self, place: Place) -> AsyncIterator[CallServer]:
        pages = {"/flow": _MENU, "/chosen": _PROMPT}
        sounds = {"menu.alaw": a_law(MENU_S), "chosen.alaw": a_law(CHOSEN_S)}
        records = self.extension != "prompt"
        async with serving(pages) as web, asterisk_server(place, self.way, web=web.url(""), sounds=sounds) as one:
            caller = Caller(self.extension, key="1" if records else "")
            counted = files_in(one.kept) if records else None
            yield await CallServer.warm(one.pid, one.sip_port, place, caller, LENGTHS, counted)


BARE: Final = TheirMenus("asterisk", "menu", Way())
SAME: Final = OurMenus("ours", SAME_WORK, NOBODY_ASKED)
WITH_DEFAULTS: Final = OurMenus("ours with defaults", consent=_ANNOUNCED)
_ASKS: Final = "answer, prompt, one key, prompt, recorded both ways"
_COMPARED: Final = "cpu_ms_per_call_second"

SCENARIOS: Final = (
    Scenario(
        "ivr",
        f"{_ASKS}: A-law, plain files, nobody asked; beside a bare dialplan",
        SAME,
        BARE,
        (50, 100, 200),
        _COMPARED,
    ),
    Scenario(
        "ivr-alike",
        f"{_ASKS}; beside a dialplan that asks the same web server and keeps a row of each call",
        SAME,
        TheirMenus("asterisk", "menu_asked", Way(as_ours=True)),
        (100,),
        _COMPARED,
    ),
    Scenario(
        "ivr-defaults",
        f"{_ASKS}: with our defaults (all codecs, sealed, announced); beside a bare dialplan",
        WITH_DEFAULTS,
        BARE,
        (100,),
        _COMPARED,
    ),
    Scenario(
        "ivr-sealed",
        "what sealing and announcing cost: with both, beside ours that writes plain files and asks nobody",
        OurMenus("ours, sealed and announced", (("CODECS", "PCMA"),), _ANNOUNCED),
        SAME,
        (40,),
        _COMPARED,
        by_name_only=True,
    ),
    Scenario(
        "calls",
        "answer and one prompt, not recorded",
        OurMenus("ours", (("CODECS", "PCMA"),), records=False),
        TheirMenus("asterisk", "prompt", Way()),
        (100,),
        _COMPARED,
        by_name_only=True,
    ),
)  # fmt: skip
