"""Whether every language can be spoken."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from api.doctor.finding import Finding
from api.doctor.server import RunningServer
from config.settings import Settings
from engine.errors import TelefoonError
from tts.voices import EngineName

if TYPE_CHECKING:
    from tts.selftest import VoiceCheck

SUBJECT: Final = "Voices"
ADVICE: Final = "Run: make setup. It installs espeak-ng's library; voices of Piper are files that you supply."
SERVER_ADVICE: Final = "It is a table of tts_servers in the settings; docs/speech.md explains its fields."


async def check(settings: Settings, _running: RunningServer | None) -> Sequence[Finding]:
    """Says a word in each language with each of its engines."""
    from api.node.speech import speech_service

    try:
        speech = speech_service(settings)
        try:
            checks = await speech.check()
            better = [_better(engine, languages) for engine, languages in speech.lacking().items()]
        finally:
            await speech.close()
    except (TelefoonError, OSError) as error:
        return [Finding(SUBJECT, False, str(error), ADVICE)]
    broken = [
        Finding(f"Voice {each.language}", False, f"{each.engine} with {each.voice}: {each.detail}", _advice(each))
        for each in checks
        if not each.ok
    ]
    languages = sorted({each.language for each in checks if each.ok})
    well = [Finding(SUBJECT, True, f"{len(languages)} languages speak: {', '.join(languages)}")] if languages else []
    return [*well, *better, *broken, *await asyncio.to_thread(_changed, settings)]


def _better(engine: EngineName, languages: Sequence[str]) -> Finding:
    """No fault: what is not installed, and would be understood better."""
    from tts.installed import INSTALL

    detail = f"{engine} would be understood better in {', '.join(languages)}: {INSTALL[engine]}"
    return Finding("Better voices", True, detail)


def _advice(check: "VoiceCheck") -> str:
    return SERVER_ADVICE if check.engine == EngineName.SERVER else ADVICE


def _changed(settings: Settings) -> list[Finding]:
    """Files that are no more what was added."""
    from api.node.voices import added_voices

    return [
        Finding(f"Voice {language}", False, fault, f"Add it again: telefoon voices add {language} FILE.")
        for language, fault in added_voices(settings).faults().items()
    ]
