"""An agent's ears on a live leg: what the person says, utterance after utterance, as long as they may be heard."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from typing import Final

from engine.agents.languages import LanguagesInForce
from engine.aio.first_done import first_done
from engine.aio.signal import Signal
from engine.aio.tasks import started, stopped
from engine.errors import MediaError, RecognitionError, UnknownLanguage
from engine.flow.program_plans import AgentPlan
from engine.live.agents.echo_gate import EchoGate
from engine.live.agents.happenings import NotListened, SpeechHeard
from engine.live.services import CallServices
from engine.live.session.session import Session
from engine.model.consent import Purpose, ToStreaming
from engine.ports import Said
from engine.ports.recognition import Recognizer, SpeechBegan, Transcript

MOST_PIECES: Final = 500
"""Of sound that nobody reads; the oldest goes first."""
_END_SILENCE_S: Final = 0.6
"""How long who has done speaking is silent, where nothing else is asked for: programs answer people, not forms."""
_AGAIN_S: Final = 2.0
"""After which it is tried again to listen, where that failed."""

Hear = Callable[[SpeechHeard | NotListened], None]


class AgentEars:
    """Hears a leg that has consented to be heard by a program; what it says after it has withdrawn is silence."""

    def __init__(
        self, session: Session, services: CallServices, plan: AgentPlan, languages: LanguagesInForce,
        consent: ToStreaming, hear: Hear, *, partials: bool,
    ) -> None:  # fmt: skip
        del consent  # that there is one is what counts
        self._session = session
        self._services = services
        self._plan = plan
        self._languages = languages
        self._hear = hear
        self._partials = partials
        self.gate = EchoGate(services.bridge.rate_hz, services.clock.monotonic) if plan.filters_echo else None
        self._pcm = _Sound()
        self._listening: asyncio.Task[None] | None = None
        self._person_speaks = False

    async def listen(self) -> None:
        """Hear until cancelled, or not at all where nobody understands. Raises MediaError where it can't be heard."""
        recognizer = self._services.recognizer
        if recognizer is None:
            self._hear(NotListened("Nobody understands speech here: there is no recognizer."))
            return
        async with self._services.bridge.listen(Said(self._session.leg.id)) as pcm:
            pumping = started(self._pump(pcm))
            try:
                while True:
                    await self._one_utterance(recognizer)
            finally:
                await stopped(pumping)

    def listen_anew(self) -> None:
        """Another language holds: from now on, or after what is being said."""
        if self._listening is not None and not self._person_speaks:
            self._listening.cancel()

    async def _pump(self, pcm: AsyncIterator[bytes]) -> None:
        async for samples in pcm:
            consented = self._session.consenting.given(Purpose.STREAMING) is not None
            heard = samples if consented else bytes(len(samples))
            self._pcm.put(heard if self.gate is None else self.gate.passed(heard))

    async def _one_utterance(self, recognizer: Recognizer) -> None:
        self._person_speaks = False
        self._listening = started(self._understand(recognizer))
        try:
            await first_done(self._listening)
        finally:
            await stopped(self._listening)
        if self._listening.cancelled():
            return
        try:
            self._listening.result()
        except (RecognitionError, UnknownLanguage, MediaError) as error:
            self._hear(NotListened(f"What the person says is not understood: {error}"))
            await self._services.clock.sleep(_AGAIN_S)

    async def _understand(self, recognizer: Recognizer) -> None:
        listening = recognizer.listen(
            aiter(self._pcm),
            language=self._languages.understood,
            rate_hz=self._services.bridge.rate_hz,
            hints=self._languages.hints,
            end_silence_s=self._plan.end_silence_s or _END_SILENCE_S,
            partials=self._partials,
        )
        async with aclosing(listening):
            async for heard in listening:
                self._person_speaks = self._person_speaks or isinstance(heard, SpeechBegan)
                self._hear(SpeechHeard(heard))
                if isinstance(heard, SpeechBegan) and recognizer.is_behind():
                    self._hear(NotListened("The readers of speech are behind: what the person says now is told late."))
                if isinstance(heard, Transcript):
                    return


class _Sound:
    """What was said and nobody has read yet; whoever stops reading loses nothing."""

    def __init__(self) -> None:
        self._unread: deque[bytes] = deque(maxlen=MOST_PIECES)
        self._came = Signal()

    def put(self, samples: bytes) -> None:
        self._unread.append(samples)
        self._came.set()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            while self._unread:
                yield self._unread.popleft()
            self._came.clear()
            await self._came.wait()
