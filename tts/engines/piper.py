"""Piper (neural, ONNX): the extra [piper], with voice files that the operator supplies."""

import importlib
import json
from pathlib import Path
from typing import Any, Final

import numpy as np

from tts.engines.base import EngineError, Samples, said_in_runs
from tts.script import ScriptUtterance

USUAL_RATE: Final = 185
"""Words per minute taken as a voice's own tempo: measured 176 to 195 on an English one."""


class PiperEngine:
    """Piper says plain text only: of a manner, speed and loudness are obeyed. A voice of some 300 MB is kept loaded."""

    def __init__(self) -> None:
        try:
            self._runtime: Any = importlib.import_module("onnxruntime")
            self._piper: Any = importlib.import_module("piper")
            self._config: Any = importlib.import_module("piper.config")
        except ImportError as error:
            raise EngineError(
                "The engine piper is not installed. Install it with: pip install 'telefoon[piper]'"
            ) from error
        self._loaded: dict[str, Any] = {}

    def say(self, utterance: ScriptUtterance, voice: str, rate: int | None) -> tuple[Samples, int]:
        """See Engine.say; `voice` is the path of a .onnx file with its .json beside it."""
        if voice not in self._loaded:
            self._loaded[voice] = self._load(Path(voice))
        loaded = self._loaded[voice]
        speed = 1.0 if rate is None else rate / USUAL_RATE
        samples = said_in_runs(utterance, lambda text, faster: self._said(loaded, text, speed * faster))
        return samples, int(loaded.config.sample_rate)

    def _said(self, loaded: Any, text: str, speed: float) -> Samples:
        settings = self._config.SynthesisConfig(length_scale=1 / speed)
        chunks = [chunk.audio_float_array for chunk in loaded.synthesize(text, settings)]
        if not chunks:
            raise EngineError("piper said nothing.")
        return np.concatenate(chunks).astype(np.float32)

    def _load(self, model: Path) -> Any:
        options = self._runtime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        try:
            config = self._config.PiperConfig.from_dict(
                json.loads(model.with_name(f"{model.name}.json").read_text(encoding="utf-8"))
            )
            # Not PiperVoice.load: it gives no way to limit the threads.
            session = self._runtime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        except Exception as error:
            raise EngineError(f"The voice file {model} can't be loaded: {error}") from error
        return self._piper.PiperVoice(session=session, config=config)
