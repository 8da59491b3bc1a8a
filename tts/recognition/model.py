"""Whisper by CTranslate2: a clip of speech in, text and confidence out."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import ctranslate2

from tts.recognition import model_files
from tts.recognition.features import RATE_HZ, WINDOW_S, Samples, log_mel
from tts.recognition.vocabulary import Vocabulary, text_of

MOST_HINT_TOKENS: Final = 200

_BEAMS: Final = 5
_TOKENS_AT_LEAST: Final = 16
_TOKENS_PER_SECOND: Final = 10  # people say four or five; more is the model going round in circles
_NO_SPEECH: Final = 0.6
_UNSURE: Final = -1.0  # mean logarithm of the tokens' probabilities
_SURE: Final = math.log(0.8)

# The model was taught with thirty seconds, mostly silent; to hear fewer takes a sixth of the time, and is as good where
# the reading is sure. With less silence beside the speech it says things twice.
_SHORTEST_WINDOW_S: Final = 10
_BESIDE_SPEECH_S: Final = 4


@dataclass(frozen=True, slots=True)
class Reading:
    """The model's reading of a clip."""

    text: str
    confidence: float


@dataclass(frozen=True, slots=True)
class _ModelGuess:
    """A text, the mean logarithm of its tokens' probabilities, and the probability that nobody spoke."""

    text: str
    score: float
    no_speech: float


class Whisper:
    """The model, loaded: 0.7 s, some 330 MB. It reads with so many threads."""

    def __init__(self, threads: int) -> None:
        files = model_files.read()
        self._vocabulary = Vocabulary(files.pop("tokenizer.json"))
        self._model = ctranslate2.models.Whisper(
            "whisper-base",
            device="cpu",
            compute_type="int8",
            intra_threads=threads,
            files=files,
        )

    def read(self, samples: Samples, language: str, hints: Sequence[str], *, careful: bool) -> Reading:
        """Text of at most thirty seconds at RATE_HZ in `language` (ISO 639-1); `careful` tries more readings."""
        prompt = [*self._before(hints), "<|startoftranscript|>", f"<|{language}|>", "<|transcribe|>"]
        prompt.append("<|notimestamps|>")
        most = _TOKENS_AT_LEAST + int(_TOKENS_PER_SECOND * len(samples) / RATE_HZ)
        best = self._best(samples, prompt, most) if careful else self._guess(self._briefly(samples), prompt, most, 1)
        if best.no_speech > _NO_SPEECH and best.score < _UNSURE:
            return Reading("", 0.0)
        return Reading(best.text, math.exp(min(best.score, 0.0)) if best.text else 0.0)

    def _best(self, samples: Samples, prompt: Sequence[str], most: int) -> _ModelGuess:
        """The cheapest reading where it is sure, or else dearer ones."""
        brief = self._guess(self._briefly(samples), prompt, most, _BEAMS)
        if brief.score >= _SURE:
            return brief
        heard = self._heard(samples, WINDOW_S)
        whole = self._guess(heard, prompt, most, _BEAMS)
        if whole.score >= _UNSURE:
            return whole
        # Several readings at once now and then end after some words of many; one alone goes on.
        return max(whole, self._guess(heard, prompt, most, 1), key=lambda guess: guess.score)

    def _briefly(self, samples: Samples) -> Any:
        """What is heard in no more than it takes."""
        speech_s = math.ceil(len(samples) / RATE_HZ)
        return self._heard(samples, min(WINDOW_S, max(_SHORTEST_WINDOW_S, speech_s + _BESIDE_SPEECH_S)))

    def _heard(self, samples: Samples, window_s: int) -> Any:
        return self._model.encode(ctranslate2.StorageView.from_array(log_mel(samples, window_s)))

    def _guess(self, heard: Any, prompt: Sequence[str], most: int, beams: int) -> _ModelGuess:
        (result,) = self._model.generate(
            heard,
            [prompt],
            beam_size=beams,
            max_length=len(prompt) + most,
            return_scores=True,
            return_no_speech_prob=True,
        )
        return _ModelGuess(text_of(result.sequences[0]), float(result.scores[0]), float(result.no_speech_prob))

    def _before(self, hints: Sequence[str]) -> list[str]:
        """Hints as what was said before: the model goes on in the same words."""
        if not hints:
            return []
        return ["<|startofprev|>", *self._vocabulary.tokens(f" {', '.join(hints)}.")[:MOST_HINT_TOKENS]]
