"""Words that a speech server has said already, read from the file that it sent.

The file comes from outside, so it is decoded here, in the worker process, and no further than the words can be long.
"""

from pathlib import Path

from tts.decode import samples_of
from tts.engines.base import Samples
from tts.script import ScriptUtterance
from tts.server_engine.server import longest_s


class FileEngine:
    """Has a file in the place of a voice; its rate was chosen when it was asked for."""

    def say(self, utterance: ScriptUtterance, voice: str, rate: int | None) -> tuple[Samples, int]:
        """See Engine.say; `voice` is the file's path. Raises MediaError where it is no audio, or too long."""
        del rate
        return samples_of(Path(voice), limit_s=longest_s(utterance))
