"""Sound files whose beginning is odd are played as every player plays them."""

import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import MediaError
from tests.unit.tts.listening import listen
from tts.decode import decode
from tts.odd_files import readable
from tts.tones import sine

TAG = b"ID3\4\0\0\0\0\0\x14TIT2\0\0\0\3\0\0\0ab" + bytes(7)


def wav(length: int, riff: int, before: bytes = b"") -> bytes:
    sound = (sine((440,), 1.0, 8000) * 32767).astype("<i2").tobytes()
    form = struct.pack("<IHHIIHH", 16, 1, 1, 8000, 16000, 2, 16)
    return b"".join(
        (b"RIFF", struct.pack("<I", riff), b"WAVEfmt ", form, before, b"data", struct.pack("<I", length), sound)
    )


@pytest.fixture(scope="module")
def mp3(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("mp3") / "whole.mp3"
    soundfile.write(path, sine((440,), 1.0, 44_100), 44_100, format="MP3", subtype="MPEG_LAYER_III")
    return path.read_bytes()


def decoded_hz(tmp_path: Path, data: bytes) -> float:
    (tmp_path / "in").write_bytes(data)
    decode(tmp_path / "in", tmp_path / "out.wav", rate_hz=8000, limit_s=60)
    assert {each.name for each in tmp_path.iterdir()} == {"in", "out.wav"}
    return float(listen(tmp_path / "out.wav").loudest_hz)


@pytest.mark.parametrize(
    "data",
    [
        wav(0, 0),
        wav(0, 0xFFFFFFFF),
        wav(0, 0, b"LIST\4\0\0\0abcd"),
        wav(0, 0, b"LIST\3\0\0\0abc\0"),
        wav(0xFFFFFFFF, 0),
    ],
)
def test_a_wav_whose_length_was_never_filled_in_is_played(tmp_path: Path, data: bytes) -> None:
    assert decoded_hz(tmp_path, data) == pytest.approx(440, abs=3)


@pytest.mark.parametrize("before", [b"", TAG, TAG + bytes(10), bytes(300), b"\xff" * 7, b"\xff\xfb\x90\x00 no frame"])
def test_an_mp3_is_played_whatever_comes_before_its_frames(tmp_path: Path, mp3: bytes, before: bytes) -> None:
    assert decoded_hz(tmp_path, before + mp3) == pytest.approx(440, abs=3)


@pytest.mark.parametrize("cut", [1, 37, 400, 1000])
def test_an_mp3_is_played_wherever_it_was_cut(tmp_path: Path, mp3: bytes, cut: int) -> None:
    assert decoded_hz(tmp_path, mp3[cut:]) == pytest.approx(440, abs=3)


def test_a_wav_that_holds_nothing_is_told_as_empty(tmp_path: Path) -> None:
    (tmp_path / "in").write_bytes(wav(0, 36)[:44])

    with pytest.raises(MediaError, match="empty"):
        decode(tmp_path / "in", tmp_path / "out.wav", rate_hz=8000, limit_s=60)


@given(data=st.one_of(st.binary(max_size=300), st.binary(max_size=60).map(lambda tail: b"RIFF\0\0\0\0WAVE" + tail)))
def test_whatever_is_no_sound_is_refused_or_decoded(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    folder = tmp_path_factory.mktemp("any")
    (folder / "in").write_bytes(data)

    path = readable(folder / "in", folder / "copy")

    assert path.read_bytes()[len(data) :] == b""


def test_a_file_that_is_well_is_not_copied(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "in.wav", np.zeros(800), 8000)

    assert readable(tmp_path / "in.wav", tmp_path / "copy") == tmp_path / "in.wav"
