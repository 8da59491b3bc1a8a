"""Tests of your own call flows, without a network: `simulate` runs a whole call on time that is never waited for.

    from telefoon.testing import simulate

    def test_who_presses_one_reaches_sales() -> None:
        call = simulate("<Response>…</Response>", digits="1", pages={"https://shop.example/menu": "<Response>…"})
        assert call.said[-1] == "You reached sales."

It works with pytest or any other runner. These names stay where they are; those of other packages may move.
"""

from engine.simulator.run import simulate
from engine.simulator.transcript import Request, SimulationTranscript, TranscriptMark, TranscriptSound
from tts.proofreading import Proofreader

__all__ = ["Proofreader", "Request", "SimulationTranscript", "TranscriptMark", "TranscriptSound", "simulate"]
