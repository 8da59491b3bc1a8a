"""How long a caller and a program that talk by text wait for each other, and how many conversations a machine carries.

Each caller says a sentence, is understood by Whisper, and hears an answer of two sentences, again and again with a
second's pause: denser than people talk. The caller's sentences are said by a voice, since no recordings of people are
at hand; by one of which Whisper is as sure as it is of most people.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from bench.conversations import SAID_BEFORE, AnswerKind, TimedTalks, Waits, conversations, timed_talks
from bench.node import Node, node, telefoon
from bench.process import usage
from bench.scenario import Place, Scenario
from bench.scenarios.streams import ALLOWED
from bench.statistics import Figures, percentile, percentiles
from bench.web import serving
from tests.peers.audio import Sound
from tests.peers.g711 import PCMA
from tts.voices import EngineName

PROMPT_WITHIN_MS: Final = 1200.0
"""After the person's last word."""
LOADS: Final = (1, 2, 4, 8, 16)
_ANSWERS: Final = (
    AnswerKind(EngineName.PYTTSX3, "nl-NL", "Uw bestelling met nummer {} is onderweg.", "Dank u wel."),
    AnswerKind(EngineName.PICO, "fr-FR", "Votre commande numéro {} est en route.", "Merci."),
    AnswerKind(EngineName.HIBARI, "en-GB", "Your order number {} is on its way to you.", "Thank you."),
    AnswerKind(SAID_BEFORE, "en-GB", "One moment, please.", "Thank you."),
)
_VOICES: Final = {each.language: [each.name] for each in _ANSWERS[:-1]}
_SENTENCES: Final = (
    "I would like to talk to somebody about my invoice.",
    "When will my order be delivered to my house?",
    "Please tell me whether you are open on Saturday.",
    "I want to change the date of my appointment.",
)
_TURNS: Final = len(_ANSWERS)
_TURNS_ALONE: Final = 2 * _TURNS
_FRAME: Final = 160
_RATE_HZ: Final = 8000
_FLOW: Final = (
    "<Response><Connect><ConversationRelay url='{}' language='en-GB' debug='tokens-played'/></Connect></Response>"
)


@dataclass(frozen=True, slots=True)
class Conversing:
    """Ours; nobody else does the same on one machine."""

    name: str = "ours"

    @asynccontextmanager
    async def running(self, place: Place) -> AsyncIterator["ConversingOn"]:
        settings = {"CODECS": "PCMA", "RECOGNIZER": "whisper", "TTS_ENGINES": json.dumps(_VOICES)}
        async with (
            timed_talks() as talks,
            serving({"/flow": _FLOW.format(talks.url)}) as web,
            node(place, settings, {"--url": web.url("/flow"), **ALLOWED}) as one,
        ):
            running = ConversingOn(place, one, talks, await _said(place, one))
            await running.converse(1, _TURNS)  # which loads the model, and says what has been said before
            yield running


@dataclass(frozen=True, slots=True)
class ConversingOn:
    """A node, its program, and what callers say: frames in A-law of each sentence."""

    place: Place
    one: Node
    talks: TimedTalks
    sentences: tuple[tuple[bytes, ...], ...] = field(repr=False)

    async def measure(self, load: int) -> Figures:
        return await self.converse(load, _TURNS if load > 1 or self.place.brief else _TURNS_ALONE)

    async def converse(self, load: int, turns: int) -> Figures:
        """`late` are the prompts over 1.2 s, where they are more than one in twenty."""
        waits = Waits()
        async with conversations(self.talks, self.one.sip_port, load) as talking:
            before_s, began_s = usage(self.one.pid).cpu_s, time.monotonic()
            async with asyncio.TaskGroup() as group:
                for number, each in enumerate(talking):
                    group.create_task(each.goes_on([self._turn(number + turn) for turn in range(turns)], waits))
            lasted_s, cpu_s = time.monotonic() - began_s, usage(self.one.pid).cpu_s - before_s
            errors = sum(len(each.talk.errors) for each in talking)
        over = sum(each > PROMPT_WITHIN_MS for each in waits.prompt)
        first = {name: found for kind in sorted(waits.first) for name, found in _of_first(waits, kind).items()}
        return {
            "failed": float(waits.failed + errors),
            "late": float(over if percentile(waits.prompt, 0.95) > PROMPT_WITHIN_MS else 0),
            **percentiles("prompt_ms", waits.prompt, 0.5, 0.95),
            **first,
            "cpu_ms_per_call_second": 1000 * cpu_s / (load * lasted_s),
        }

    def _turn(self, number: int) -> tuple[tuple[bytes, ...], AnswerKind]:
        return self.sentences[number % len(self.sentences)], _ANSWERS[number % len(_ANSWERS)]


def _of_first(waits: Waits, kind: str) -> dict[str, float]:
    return percentiles(f"first_{kind}_ms", waits.first[kind], 0.5, 0.95)


async def _said(place: Place, one: Node) -> tuple[tuple[bytes, ...], ...]:
    folder = place.fresh("said")
    made = []
    for number, text in enumerate(_SENTENCES):
        wav = folder / f"{number}.wav"
        await telefoon(place, one.settings, "say", text, "--language", "en-GB", "-o", str(wav))
        law = PCMA.encode(Sound.of_file(wav).at_rate(_RATE_HZ).pcm)
        made.append(tuple(law[at : at + _FRAME] for at in range(0, len(law) - _FRAME + 1, _FRAME)))
    return tuple(made)


SCENARIOS: Final = (
    Scenario(
        "agents", "conversations of callers and a program by text: how long the prompt and the first sound take",
        Conversing(), None, LOADS, "prompt_ms_p95", rising=True, scales=False, by_name_only=True,
    ),
)  # fmt: skip
