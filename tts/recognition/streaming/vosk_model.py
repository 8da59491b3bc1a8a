"""Vosk (Kaldi): a model folder as its makers pack it."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import vosk

from tts.recognition.streaming.decoding import RATE_HZ, Decoding, Samples

vosk.SetLogLevel(-1)


class VoskModel:
    """A model, loaded. Hints are not used: a grammar would have it understand nothing else."""

    def __init__(self, folder: Path, threads: int) -> None:
        del threads  # it decodes in the thread that asks
        self._model = vosk.Model(str(folder))

    def decoding(self, hints: Sequence[str]) -> Decoding:
        del hints
        return _VoskDecoding(self._model)


class _VoskDecoding:
    """One speaker's words: sentences that the engine has ended by itself, and the one that goes on."""

    def __init__(self, model: Any) -> None:
        self._decoder = vosk.KaldiRecognizer(model, RATE_HZ)
        self._decoder.SetWords(True)
        self._ended: list[dict[str, Any]] = []

    def hear(self, samples: Samples) -> str:
        pcm = (np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes()
        going_on = ""
        if self._decoder.AcceptWaveform(pcm):
            self._ended.append(json.loads(self._decoder.Result()))
        else:
            going_on = json.loads(self._decoder.PartialResult())["partial"]
        return " ".join(text for text in (*(each["text"] for each in self._ended), going_on) if text)

    def end(self) -> tuple[str, float]:
        self._ended.append(json.loads(self._decoder.FinalResult()))
        words = [word for each in self._ended for word in each.get("result", ())]
        text = " ".join(each["text"] for each in self._ended if each["text"])
        return text, sum(float(word["conf"]) for word in words) / len(words) if words else 0.0
