"""telefoon say: a real prompt in a file."""

from pathlib import Path

import pytest
import soundfile

from tests.peers.audio import Sound
from tests.unit.cli.conftest import Run

pytestmark = pytest.mark.processes


def test_a_text_becomes_a_wav_at_the_rate_asked_for(telefoon: Run, tmp_path: Path) -> None:
    for language, rate_hz in (("nl-BE", 16_000), ("fr", 8_000)):
        out = tmp_path / f"{language}.wav"
        said = telefoon("say", "Een twee drie", "--language", language, "--rate-hz", rate_hz, "-o", out)
        assert (said.exit_code, said.stdout) == (0, f"{out}\n")
        info = soundfile.info(out)
        assert (info.samplerate, info.channels, info.subtype) == (rate_hz, 1, "PCM_16")
        assert Sound.of_file(out).level_dbov > -40


def test_a_language_or_place_that_does_not_exist_is_wrong_usage(telefoon: Run, tmp_path: Path) -> None:
    unknown = telefoon("say", "x", "--language", "xx", "-o", tmp_path / "out.wav")
    assert unknown.exit_code == 2
    assert unknown.stderr.startswith("telefoon: 'xx' is not a language we speak. Allowed are: ar-SA, ")
    nowhere = telefoon("say", "x", "-o", tmp_path / "absent" / "out.wav")
    assert (nowhere.exit_code, nowhere.stderr) == (2, f"telefoon: {tmp_path}/absent is no folder.\n")


def test_nothing_to_say_is_a_failure_of_one_line(telefoon: Run, tmp_path: Path) -> None:
    failed = telefoon("say", " ", "-o", tmp_path / "out.wav")
    assert failed.exit_code == 1
    assert failed.stderr.count("\n") == 1
    assert not (tmp_path / "out.wav").exists()
