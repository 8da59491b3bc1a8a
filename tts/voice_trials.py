"""Results of trying the voices, kept so that a restart with the very same voices need not try them again."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import structlog

from tts.selftest import VoiceCheck

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class VoiceTrials:
    """One file with the last trial that found nothing wrong; `what` names all that speaks, with its version."""

    path: Path

    def found(self, what: Mapping[str, Any]) -> list[VoiceCheck] | None:
        """What was found of it; None if it was not tried, or another was since."""
        try:
            kept = json.loads(self.path.read_text(encoding="utf-8"))
            return [VoiceCheck(**each) for each in kept["checks"]] if kept["what"] == what else None
        except (OSError, ValueError, KeyError, TypeError):
            return None  # absent or damaged: the trial is made again and written anew

    def keep(self, what: Mapping[str, Any], checks: Sequence[VoiceCheck]) -> None:
        """Replaces what was kept before. Where nothing can be written, the next start tries the voices again."""
        part = self.path.with_suffix(".part")
        try:
            part.write_text(json.dumps({"what": what, "checks": [asdict(each) for each in checks]}), encoding="utf-8")
            part.replace(self.path)
        except OSError as error:
            log.warning("voice_trials_not_kept", reason=error.strerror)
