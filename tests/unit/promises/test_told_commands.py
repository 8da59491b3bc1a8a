"""Every command that a page tells its readers to type is there: `telefoon …` with its options, and `make …`."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import typer

from api.cli.app import app_for
from tests.unit.promises.pages import CHECKOUT, Page, pages

pytestmark = pytest.mark.promise

TELEFOON = re.compile(r"(?:^|[\s$(])(?:\S*bin/)?telefoon (?P<words>[a-z](?:[^`|>;&)\n#]|(?<! )#)*)")
MAKE = re.compile(r"make (?P<target>[a-z][a-z-]+)\b")
TARGETS = set(re.findall(r"^([a-z-]+):", (CHECKOUT / "Makefile").read_text(), re.MULTILINE))


def commands() -> dict[str, Any]:
    """All commands, by their words, such as "numbers add"."""
    root = typer.main.get_command(app_for(None))
    assert isinstance(root, typer.core.TyperGroup)
    found: dict[str, Any] = {}
    for name, command in root.commands.items():
        found[name] = command
        found |= {f"{name} {inner}": each for inner, each in getattr(command, "commands", {}).items()}
    return found


COMMANDS = commands()


def told_in(page: Page) -> Iterator[str]:
    """What follows the word telefoon in blocks of code, and in words set as code."""
    spans = re.findall(r"`(telefoon [^`]+)`", page.prose)
    for line in [*page.code, *spans]:
        yield from (found["words"].strip() for found in TELEFOON.finditer(line))


def fault_of(told: str) -> str | None:
    """Why a command would not be understood; None if it would."""
    words = told.split()
    name = next((each for each in (" ".join(words[:2]), words[0]) if each in COMMANDS), None)
    if name is None:
        return f"there is no command {words[0]}"
    known = {option for each in COMMANDS[name].params for option in [*each.opts, *each.secondary_opts]} | {"--help"}
    unknown = [word for word in words if re.match(r"--?[a-z]", word) and word.partition("=")[0] not in known]
    return f"{name} has no option {', '.join(unknown)}" if unknown else None


@pytest.mark.parametrize("page", pages(), ids=str)
def test_telefoon_understands_what_a_page_tells_its_readers(page: Page) -> None:
    assert [(told, fault) for told in told_in(page) if (fault := fault_of(told))] == []


@pytest.mark.parametrize("page", pages(), ids=str)
def test_make_has_the_targets_that_a_page_names(page: Page) -> None:
    spans = re.findall(r"`(make [^`]+)`", page.prose)
    told = {found["target"] for line in [*page.code, *spans] if (found := MAKE.match(line))}

    assert told - TARGETS == set()
