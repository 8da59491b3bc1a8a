"""The product's recogniser as a judge of languages: how likely it holds a sound to be speech in each of them."""

from pathlib import Path
from typing import Final

import ctranslate2
import numpy as np
import soundfile

from tts.recognition import model_files
from tts.recognition.features import RATE_HZ, log_mel

_OTHER_NAMES: Final = {"no": "nb"}
"""What the model calls otherwise than BCP 47 does."""


class LanguageJudge:
    """Whisper's own guess of the language, in this process: the product is always told the language."""

    def __init__(self) -> None:
        files = model_files.read()
        del files["tokenizer.json"]
        self._model = ctranslate2.models.Whisper("whisper-base", device="cpu", compute_type="int8", files=files)

    def likelihoods(self, wav: Path) -> dict[str, float]:
        """Likelihoods of a WAV at 16 kHz by language without region; they add up to 1."""
        samples, rate_hz = soundfile.read(wav, dtype="float32")
        assert rate_hz == RATE_HZ
        sound = ctranslate2.StorageView.from_array(log_mel(np.asarray(samples)))
        (found,) = self._model.detect_language(sound)
        names = ((token.strip("<|>"), likelihood) for token, likelihood in found)
        return {_OTHER_NAMES.get(name, name): likelihood for name, likelihood in names}
