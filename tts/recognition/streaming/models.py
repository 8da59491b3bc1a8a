"""The operator's models: a folder that holds one for each language, in a folder named after the language's tag."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from engine.errors import SetupError, UnknownLanguage
from engine.model.languages import LANGUAGES, canonical_language, primary_language


class StreamingEngine(StrEnum):
    """The engines that decode words while they are said."""

    VOSK = "vosk"
    SHERPA = "sherpa"


_MODULE: Final[Mapping[StreamingEngine, str]] = {StreamingEngine.VOSK: "vosk", StreamingEngine.SHERPA: "sherpa_onnx"}
_MARK: Final[Mapping[StreamingEngine, tuple[str, ...]]] = {
    StreamingEngine.VOSK: ("am/final.mdl", "final.mdl"),
    StreamingEngine.SHERPA: ("tokens.txt",),
}
"""A file by which the model of an engine is known: one of these."""


@dataclass(frozen=True, slots=True)
class Models:
    """The models of one engine: the folder of each language's by its tag, which may be without a region."""

    engine: StreamingEngine
    folders: Mapping[str, Path]

    @classmethod
    def found(cls, engine: StreamingEngine, folder: Path) -> "Models":
        """Look for them. Raises SetupError that says what is missing."""
        setting = f"TELEFOON_RECOGNIZER is {engine}:{folder}"
        if find_spec(_MODULE[engine]) is None:
            raise SetupError(
                f"{setting}, and the package {_MODULE[engine]} is not installed. Run: pip install 'telefoon[{engine}]'"
            )
        if not folder.is_dir():
            raise SetupError(f"{setting}, and there is no such folder.")
        folders = {each.name: each for each in sorted(folder.iterdir()) if each.is_dir()}
        if not folders:
            raise SetupError(f"{setting}, and it holds no folder of a language, such as {folder / 'nl'}.")
        for tag, each in folders.items():
            _require(engine, tag, each, setting)
        return cls(engine, folders)

    def languages(self) -> frozenset[str]:
        """The tags of ours that one of them understands."""
        return frozenset(tag for tag in LANGUAGES if tag in self.folders or primary_language(tag) in self.folders)

    def folder_of(self, language: str) -> Path:
        """The model for a language; one of its region is preferred. Raises UnknownLanguage."""
        known = canonical_language(language)
        folder = self.folders.get(known) or self.folders.get(primary_language(known))
        if folder is None:
            there = ", ".join(self.folders)
            raise UnknownLanguage("language", f"{known} is understood by no model here; those there are: {there}.")
        return folder


def _require(engine: StreamingEngine, tag: str, folder: Path, setting: str) -> None:
    if tag not in LANGUAGES and tag not in {primary_language(each) for each in LANGUAGES}:
        raise SetupError(f"{setting}, where the folder {tag} is named after no language, as nl, fr-BE or de would be.")
    if not any((folder / mark).is_file() for mark in _MARK[engine]):
        raise SetupError(f"{setting}, and {folder} is no model of {engine}: it has no {' or '.join(_MARK[engine])}.")
