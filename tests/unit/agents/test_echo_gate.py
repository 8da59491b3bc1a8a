"""What is heard on a leg where an agent speaks, with its echo taken out."""

from pathlib import Path

import numpy as np
import soundfile

from engine.live.agents.echo_gate import EchoGate

RATE = 8000
CHUNK_S = 0.06
LATE_S = 0.18


def _noise(seed: int, seconds: float, loud: int) -> np.ndarray:
    chance = np.random.default_rng(seed)
    rough = chance.normal(0, 1, round(seconds * RATE))
    return np.asarray(np.convolve(rough, np.ones(6) / 2.4, "same") * loud, np.int16)


def _passed(gate: EchoGate, heard: np.ndarray, clock: list[float]) -> np.ndarray:
    """What the gate lets through of it, piece by piece in its time."""
    size = round(CHUNK_S * RATE)
    pieces = []
    for at in range(0, len(heard), size):
        clock[0] += CHUNK_S
        pieces.append(gate.passed(heard[at : at + size].tobytes()))
    return np.frombuffer(b"".join(pieces), np.int16)


def test_its_echo_becomes_silence_and_a_person_is_heard_again_at_once(tmp_path: Path) -> None:
    said = _noise(1, 2.0, 3000)
    soundfile.write(tmp_path / "said.wav", said, RATE, subtype="PCM_16")
    clock = [100.0]
    gate = EchoGate(RATE, lambda: clock[0])
    late = round(LATE_S * RATE)
    echo = np.zeros(round(2.4 * RATE), np.int16)
    echo[late : late + len(said)] = said // 3
    person = np.zeros_like(echo)
    person[round(1.5 * RATE) : round(2.1 * RATE)] = _noise(2, 0.6, 4000)

    gate.plays(tmp_path / "said.wav")
    passed = _passed(gate, echo + person, clock)
    gate.close()

    before, during = passed[: round(1.4 * RATE)], passed[round(1.6 * RATE) : round(2.1 * RATE)]
    assert np.count_nonzero(before) == 0
    assert np.count_nonzero(during) > 0.9 * len(during)


def test_what_is_heard_where_nothing_is_played_passes(tmp_path: Path) -> None:
    said = _noise(1, 1.0, 3000)
    soundfile.write(tmp_path / "said.wav", said, RATE, subtype="PCM_16")
    clock = [100.0]
    gate = EchoGate(RATE, lambda: clock[0])
    gate.plays(tmp_path / "said.wav")
    clock[0] += 0.3
    gate.stops()
    clock[0] += 0.7

    passed = _passed(gate, said, clock)

    assert np.array_equal(passed, said)


def test_a_file_that_is_gone_filters_nothing(tmp_path: Path) -> None:
    clock = [0.0]
    gate = EchoGate(RATE, lambda: clock[0])
    gate.plays(tmp_path / "gone.wav")

    assert np.array_equal(_passed(gate, _noise(1, 0.3, 3000), clock), _noise(1, 0.3, 3000))
