"""Whether callers can be understood."""

from collections.abc import Sequence
from typing import Final

from api.doctor.finding import Finding
from api.doctor.server import RunningServer
from config.settings import Settings
from engine.errors import TelefoonError

SUBJECT: Final = "Recogniser"
ADVICE: Final = "Run: pip install 'telefoon[speech]', or set TELEFOON_RECOGNIZER=none"


async def check(settings: Settings, _running: RunningServer | None) -> Sequence[Finding]:
    """Loads the model, if one is wanted."""
    from api.node.speech import recognizer

    listener = recognizer(settings)
    if listener is None:
        return [Finding(SUBJECT, True, "off; TELEFOON_RECOGNIZER=whisper turns speech input on")]
    try:
        await listener.check()
    except (TelefoonError, OSError) as error:
        return [Finding(SUBJECT, False, f"whisper: {error}", ADVICE)]
    finally:
        await listener.close()
    languages = ", ".join(sorted(listener.languages()))
    return [Finding(SUBJECT, True, f"whisper: the model loads and understands {languages}")]
