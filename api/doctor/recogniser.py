"""Whether callers can be understood."""

from collections.abc import Sequence
from typing import Final

from api.doctor.finding import Finding
from api.doctor.server import RunningServer
from config.settings import Settings
from engine.errors import SetupError, TelefoonError

SUBJECT: Final = "Recogniser"
ADVICE: Final = "Run: pip install 'telefoon[speech]', or set TELEFOON_RECOGNIZER=none"
ADVICE_ON_MODELS: Final = "docs/speech.md says how models of your own are laid out; or set TELEFOON_RECOGNIZER=whisper"


async def check(settings: Settings, _running: RunningServer | None) -> Sequence[Finding]:
    """Loads the model, if one is wanted."""
    from api.node.machine import Machine
    from api.node.recognition import recognizer
    from engine.metrics.meters import Meters

    name = settings.recognizer.partition(":")[0]
    advice = ADVICE if settings.streaming_models is None else ADVICE_ON_MODELS
    try:
        listener = recognizer(settings, Machine.here(settings), Meters())
    except SetupError as error:
        return [Finding(SUBJECT, False, str(error), advice)]
    if listener is None:
        return [Finding(SUBJECT, True, "off; TELEFOON_RECOGNIZER=whisper turns speech input on")]
    try:
        await listener.check()
    except (TelefoonError, OSError) as error:
        return [Finding(SUBJECT, False, f"{name}: {error}", advice)]
    finally:
        await listener.close()
    languages = ", ".join(sorted(listener.languages()))
    return [Finding(SUBJECT, True, f"{name}: the model loads and understands {languages}")]
