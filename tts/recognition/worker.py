"""The worker process that listens: `python -m tts.recognition.worker FOLDER ESPEAK PARENT` (the pool's arguments).

Jobs are {"do": "warm"} and {"do": "read", "pcm": base64, "rate_hz", "language", "hints", "careful"}, each with the
"threads" that it may use; tts/serving.py says how they come in and how answers go out. The first loads the model.
"""

import base64
import functools
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import soxr

from tts.recognition import model_files
from tts.recognition.features import RATE_HZ
from tts.serving import Job, serve

if TYPE_CHECKING:
    from tts.recognition.model import Whisper


@functools.cache
def _model(threads: int) -> "Whisper":
    model_files.find()
    from tts.recognition.model import Whisper

    return Whisper(threads)


def answer(job: Job) -> dict[str, Any]:
    """What the job gave. What nobody foresaw ends the process."""
    try:
        model = _model(job["threads"])
    except model_files.ModelMissing as missing:
        return {"error": str(missing)}
    if job["do"] == "warm":
        return {"ok": {}}
    samples = np.frombuffer(base64.b64decode(job["pcm"]), "<i2").astype(np.float32) / 32768.0
    if job["rate_hz"] != RATE_HZ:
        samples = soxr.resample(samples, job["rate_hz"], RATE_HZ)
    reading = model.read(samples, job["language"], job["hints"], careful=job["careful"])
    return {"ok": {"text": reading.text, "confidence": reading.confidence}}


if __name__ == "__main__":
    serve(answer, int(sys.argv[3]))
