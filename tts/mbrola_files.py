"""The files that MBROLA's voices need on this machine: two programs, and a file each."""

import shutil
from pathlib import Path
from typing import Final

_PROGRAMS: Final = ("espeak-ng", "mbrola")
_VOICES: Final = Path("/usr/share/mbrola")
_ADVICE: Final = "Install it with: apt-get install espeak-ng mbrola {package} (contrib and non-free)"


def voice_file(voice: str) -> Path:
    """Where Debian's package puts the voice."""
    return _VOICES / voice / voice


def missing(voice: str) -> str | None:
    """What is not installed of what a voice needs, and how it is; None where all is there."""
    advice = _ADVICE.format(package=f"mbrola-{voice}")
    for program in _PROGRAMS:
        if shutil.which(program) is None:
            return f"The program {program} is not installed. {advice}"
    if not voice_file(voice).exists():
        return f"MBROLA's voice {voice} is not installed. {advice}"
    return None
