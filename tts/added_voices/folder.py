"""The folder of added voices: two files for each, and voices.json, which says which language each speaks.

Files are named with the beginning of their hash, so that a voice which a running server has loaded is never written
over. Commands change the folder one at a time; a server reads it when it starts.
"""

import fcntl
import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from engine.errors import InvalidField, SetupError
from engine.model.languages import primary_language
from tts.added_voices.description import read_description
from tts.added_voices.known import Digests, digests_of, recognised
from tts.added_voices.onnx import fault_of_onnx
from tts.added_voices.source import voice_files

_REGISTRY: Final = "voices.json"
_ODD: Final = re.compile(r"[^A-Za-z0-9_.-]+")
_HASH_SHOWN: Final = 8


@dataclass(frozen=True, slots=True)
class AddedVoice:
    """`file` is the model's name in the folder, `spoken` the language that its maker gave it.

    `licence` is that of the recordings where the voice was recognised as a published one, else empty.
    """

    file: str
    sha256: str
    bytes: int
    spoken: str
    licence: str = ""
    note: str = ""


class AddedVoices:
    """Voices by canonical language, in `folder`, which need not be there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def all(self) -> dict[str, AddedVoice]:
        """What was added, by language. Raises SetupError where that can't be read."""
        path = self._folder / _REGISTRY
        try:
            told = json.loads(path.read_text(encoding="utf-8"))
            return {language: AddedVoice(**fields) for language, fields in told["voices"].items()}
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise SetupError(f"{path} can't be read: {error.strerror}.") from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise SetupError(
                f"{path} is damaged. Move it away, and add the voices again with: telefoon voices add LANGUAGE FILE"
            ) from error

    def paths(self) -> dict[str, Path]:
        """The models by language. Raises SetupError."""
        return {language: self._folder.resolve() / each.file for language, each in self.all().items()}

    def add(self, language: str, given: Path) -> AddedVoice:
        """Copy a voice here and let it speak a canonical language, in the place of the one before.

        `given` is a .onnx file with its JSON beside it, or an archive with both. Raises InvalidField where it is no
        voice of Piper or speaks another language, SetupError where nothing can be written.
        """
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with self._alone(), voice_files(given, self._folder) as found:
                description = read_description(found.description)
                if description.language != primary_language(language):
                    raise InvalidField(
                        "file", f"{given.name} speaks {description.spoken}, which does not fit {language}."
                    )
                if (fault := fault_of_onnx(found.model)) is not None:
                    raise InvalidField("file", f"{found.name}.onnx can't be used: {fault}. Fetch it again.")
                digests = digests_of(found.model)
                voice = _voice(found.name, digests, description.spoken)
                self._copy(found.description, f"{voice.file}.json")
                self._copy(found.model, voice.file)
                self._write({**self.all(), language: voice})
        except OSError as error:
            raise SetupError(f"{error.filename or self._folder}: {error.strerror}.") from error
        return voice

    def remove(self, language: str) -> bool:
        """Let no added voice speak this language; its files go with the last language. Raises SetupError."""
        if not self._folder.is_dir():
            return False
        try:
            with self._alone():
                left = self.all()
                if left.pop(language, None) is None:
                    return False
                self._write(left)
        except OSError as error:
            raise SetupError(f"{error.filename or self._folder}: {error.strerror}.") from error
        return True

    def faults(self) -> dict[str, str]:
        """What is wrong with the files by language: gone, or not what was added. Reads each whole."""
        found: dict[str, str] = {}
        for language, voice in self.all().items():
            path = self._folder / voice.file
            try:
                if digests_of(path).sha256 != voice.sha256:
                    found[language] = f"{path} is not the file that was added: its SHA-256 is another"
            except OSError as error:
                found[language] = f"{path} can't be read: {error.strerror}"
        return found

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One command at a time."""
        with (self._folder / "lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _copy(self, source: Path, name: str) -> None:
        """Whole, or not at all."""
        part = self._folder / f"{name}.part"
        try:
            shutil.copyfile(source, part)
            part.replace(self._folder / name)
        finally:
            part.unlink(missing_ok=True)

    def _write(self, voices: Mapping[str, AddedVoice]) -> None:
        path = self._folder / _REGISTRY
        part = path.with_suffix(".part")
        told = {"voices": {language: asdict(voices[language]) for language in sorted(voices)}}
        with part.open("w", encoding="utf-8") as file:
            file.write(json.dumps(told, indent=2))
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        wanted = {each.file for each in voices.values()}
        for model in self._folder.glob("*.onnx"):
            if model.name not in wanted:
                model.unlink(missing_ok=True)
                model.with_name(f"{model.name}.json").unlink(missing_ok=True)


def _voice(name: str, digests: Digests, spoken: str) -> AddedVoice:
    known = recognised(digests)
    plain = _ODD.sub("-", name).strip(".-") or "voice"
    return AddedVoice(
        file=f"{plain}-{digests.sha256[:_HASH_SHOWN]}.onnx",
        sha256=digests.sha256,
        bytes=digests.bytes,
        spoken=spoken,
        licence=known.licence if known is not None else "",
        note=known.note if known is not None else "",
    )
