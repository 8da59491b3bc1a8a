"""The two files of a voice in what an operator has: the model and its JSON, beside it or in one archive."""

import shutil
import tarfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Final

from engine.errors import InvalidField

ARCHIVES: Final = (".tar.gz", ".tgz", ".tar")
_BIGGEST_BYTES: Final = 2 * 1024**3


@dataclass(frozen=True, slots=True)
class VoiceFiles:
    """`name` is the voice's, as its file has it without endings."""

    name: str
    model: Path
    description: Path


@contextmanager
def voice_files(given: Path, scratch: Path) -> Iterator[VoiceFiles]:
    """The files of a voice: a .onnx file or an archive, which is unpacked in `scratch` for as long as this lasts.

    Raises InvalidField where there are not exactly two, and OSError.
    """
    if not given.is_file():
        raise InvalidField("file", f"{given} is no file.")
    if given.name.endswith(ARCHIVES):
        with TemporaryDirectory(dir=scratch) as folder:
            yield _unpacked(given, Path(folder))
    elif given.suffix == ".onnx":
        yield VoiceFiles(given.stem, given, _beside(given))
    else:
        endings = ", ".join(ARCHIVES)
        raise InvalidField("file", f"{given.name} is neither a voice (.onnx) nor an archive with one ({endings}).")


def _beside(model: Path) -> Path:
    """NAME.onnx.json as Piper wants it, or as others name it: NAME.json, config.json, or the folder's only one."""
    for name in (f"{model.name}.json", f"{model.stem}.json", "config.json"):
        if (found := model.with_name(name)).is_file():
            return found
    others = sorted(model.parent.glob("*.json"))
    models = list(model.parent.glob("*.onnx"))
    if len(others) == 1 and len(models) == 1:
        return others[0]
    raise InvalidField("file", f"{model.name} has no {model.name}.json beside it: a voice of Piper is both files.")


def _unpacked(archive: Path, folder: Path) -> VoiceFiles:
    try:
        with tarfile.open(archive) as tar:
            files = [each for each in tar.getmembers() if each.isfile()]
            model = _only(archive, files, ".onnx")
            description = _only(archive, files, ".json")
            # Written under names of ours: an archive's own may lead out of the folder.
            return VoiceFiles(
                PurePosixPath(model.name).stem,
                _written(tar, model, folder / "model.onnx"),
                _written(tar, description, folder / "model.onnx.json"),
            )
    except (tarfile.TarError, EOFError) as error:
        raise InvalidField("file", f"{archive.name} can't be unpacked: {error}.") from error


def _only(archive: Path, files: Sequence[tarfile.TarInfo], ending: str) -> tarfile.TarInfo:
    found = [each for each in files if each.name.endswith(ending)]
    if len(found) != 1:
        raise InvalidField("file", f"{archive.name} holds {len(found)} files that end with {ending}, not one.")
    if found[0].size > _BIGGEST_BYTES:
        raise InvalidField("file", f"{found[0].name} in {archive.name} is too large for a voice.")
    return found[0]


def _written(tar: tarfile.TarFile, member: tarfile.TarInfo, to: Path) -> Path:
    content = tar.extractfile(member)
    assert content is not None, "it is a file"
    with content, to.open("wb") as file:
        shutil.copyfileobj(content, file)
    return to
