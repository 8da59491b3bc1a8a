"""ITU-T G.711: reference codes of both laws, and coding noise."""

import numpy as np
import pytest

from tests.peers.audio import tone
from tests.peers.g711 import PCMA, PCMU, Law


@pytest.mark.parametrize(
    ("law", "code", "value"),
    [
        (PCMU, 0xFF, 0),
        (PCMU, 0x80, 32124),
        (PCMU, 0x00, -32124),
        (PCMA, 0xD5, 8),
        (PCMA, 0xAA, 32256),
        (PCMA, 0x2A, -32256),
    ],
)
def test_reference_codes(law: Law, code: int, value: int) -> None:
    assert law.decode(bytes([code]))[0] == value


@pytest.mark.parametrize("law", [PCMU, PCMA])
def test_every_code_survives_a_round_trip(law: Law) -> None:
    decoded = law.decode(bytes(range(256)))
    assert np.array_equal(law.decode(law.encode(decoded)), decoded)


@pytest.mark.parametrize("law", [PCMU, PCMA])
def test_noise_is_36_db_below_the_signal(law: Law) -> None:
    pcm = tone(1004, 1.0, dbov=-16).pcm
    noise = law.decode(law.encode(pcm)).astype(float) - pcm
    assert 10 * np.log10(np.mean(pcm.astype(float) ** 2) / np.mean(noise**2)) > 36
