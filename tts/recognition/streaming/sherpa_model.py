"""sherpa-onnx: tokens.txt, and a streaming transducer (encoder, decoder, joiner) or a streaming Zipformer CTC model."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import sherpa_onnx

from tts.recognition.streaming.decoding import RATE_HZ, Decoding, Samples

_TAIL_S: Final = 0.5
"""Of silence after the last word: a model looks ahead."""


class SherpaModel:
    """A model, loaded. Hints are not used: their tokens depend on the model."""

    def __init__(self, folder: Path, threads: int) -> None:
        common = {"tokens": str(folder / "tokens.txt"), "num_threads": threads, "sample_rate": RATE_HZ}
        if encoder := _one(folder, "encoder"):
            parts = {"encoder": encoder, "decoder": _needed(folder, "decoder"), "joiner": _needed(folder, "joiner")}
            self._model = sherpa_onnx.OnlineRecognizer.from_transducer(**parts, **common)
        else:
            self._model = sherpa_onnx.OnlineRecognizer.from_zipformer2_ctc(model=_needed(folder, "model"), **common)

    def decoding(self, hints: Sequence[str]) -> Decoding:
        del hints
        return _SherpaDecoding(self._model)


class _SherpaDecoding:
    def __init__(self, model: Any) -> None:
        self._model = model
        self._stream = model.create_stream()

    def hear(self, samples: Samples) -> str:
        self._stream.accept_waveform(RATE_HZ, samples)
        return self._text()

    def end(self) -> tuple[str, float]:
        self._stream.accept_waveform(RATE_HZ, [0.0] * int(_TAIL_S * RATE_HZ))
        self._stream.input_finished()
        text = self._text()
        # Logarithms of the tokens' probabilities, which not every kind of model gives.
        sure = [float(each) for each in self._model.ys_probs(self._stream)]
        return text, math.exp(min(0.0, sum(sure) / len(sure))) if sure else float(bool(text))

    def _text(self) -> str:
        while self._model.is_ready(self._stream):
            self._model.decode_stream(self._stream)
        return str(self._model.get_result(self._stream)).strip()


def _one(folder: Path, kind: str) -> str | None:
    """The model's file of a kind; of two, the one of eight bits, which is faster."""
    found = sorted(folder.glob(f"*{kind}*.onnx"), key=lambda path: ("int8" not in path.name, path.name))
    return str(found[0]) if found else None


def _needed(folder: Path, kind: str) -> str:
    file = _one(folder, kind)
    if file is None:
        raise FileNotFoundError(f"{folder} has no {kind}*.onnx")
    return file
