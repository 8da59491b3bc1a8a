"""The worker process that decodes speakers as they speak: `python -m tts.recognition.streaming.worker` (see the pool).

Jobs are {"do": "warm"}, {"do": "hear", "speaker", "rate_hz", "hints", "pcm": base64}, {"do": "end", "speaker"} and
{"do": "forget", "speaker"}, all but the last two with the "engine", the "folder" of the model and "threads". A speaker
that is not known begins anew; tts/serving.py says how jobs come in and answers go out.
"""

import base64
import functools
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import soxr

from tts.recognition.streaming.decoding import RATE_HZ, Decoding, StreamingModel
from tts.recognition.streaming.models import StreamingEngine
from tts.serving import Job, serve


@dataclass(slots=True)
class _Speaker:
    decoding: Decoding
    rate_hz: int
    _to_model: soxr.ResampleStream = field(init=False)

    def __post_init__(self) -> None:
        self._to_model = soxr.ResampleStream(self.rate_hz, RATE_HZ, 1, dtype="float32")

    def hear(self, pcm: bytes) -> str:
        samples = np.frombuffer(pcm, "<i2").astype(np.float32) / 32768.0
        if self.rate_hz != RATE_HZ:
            samples = self._to_model.resample_chunk(samples)
        return self.decoding.hear(samples)


_speakers: dict[int, _Speaker] = {}


@functools.cache
def _model(engine: StreamingEngine, folder: str, threads: int) -> StreamingModel:
    if engine is StreamingEngine.VOSK:
        from tts.recognition.streaming.vosk_model import VoskModel

        return VoskModel(Path(folder), threads)
    from tts.recognition.streaming.sherpa_model import SherpaModel

    return SherpaModel(Path(folder), threads)


def answer(job: Job) -> dict[str, Any]:
    """What the job gave. What nobody foresaw ends the process."""
    match job["do"]:
        case "end":
            speaker = _speakers.pop(job["speaker"], None)
            text, confidence = speaker.decoding.end() if speaker else ("", 0.0)
            return {"ok": {"text": text, "confidence": confidence}}
        case "forget":
            _speakers.pop(job["speaker"], None)
            return {"ok": {}}
    try:
        model = _model(StreamingEngine(job["engine"]), job["folder"], job["threads"])
    except Exception as error:  # noqa: BLE001 - the engines raise anything where a file is none of theirs
        return {"error": f"The model in {job['folder']} can't be loaded: {error}"}
    if job["do"] == "warm":
        return {"ok": {}}
    if job["speaker"] not in _speakers:
        _speakers[job["speaker"]] = _Speaker(model.decoding(job["hints"]), job["rate_hz"])
    return {"ok": {"text": _speakers[job["speaker"]].hear(base64.b64decode(job["pcm"]))}}


if __name__ == "__main__":
    serve(answer, int(sys.argv[3]))
