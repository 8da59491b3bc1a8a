"""docs/tutorial.md, as far as it needs no telephone: its commands print what it shows."""

import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.peers.ports import Ports
from tests.peers.tutorial import Tutorial, await_connections
from tests.unit.cli.conftest import Run

PORT = "8090"


@pytest.fixture
def tutorial(tmp_path: Path) -> Tutorial:
    """The page, whose server has a port of its own; its files are in the working folder."""
    page = Tutorial({PORT: str(Ports().one())})
    page.save_files(tmp_path)
    return page


@pytest.fixture
def bakery(tmp_path: Path, tutorial: Tutorial) -> Iterator[str]:
    """The program of the page, serving; the command that starts it."""
    command, *rest = (each.command for each in tutorial.typed_under("Answer keys"))
    python, program = shlex.split(command)
    assert python == "python3"
    assert rest
    with subprocess.Popen([sys.executable, program], cwd=tmp_path, stderr=subprocess.DEVNULL) as serving:
        await_connections(int(tutorial.instead[PORT]), serving)
        yield command
        serving.terminate()


def told(text: str) -> list[str]:
    """The lines without their seconds, which depend on the voices that are installed."""
    return [line.strip().split("  ", 1)[-1].strip() for line in text.splitlines()]


def test_the_first_flow_prints_what_the_page_shows(telefoon: Run, tutorial: Tutorial) -> None:
    typed = tutorial.typed_under("Say hello")

    assert [each.command for each in typed] == ["telefoon flow check hello.xml", "telefoon simulate hello.xml"]
    for each in typed:
        assert each.shown is not None
        assert told(telefoon(*shlex.split(each.command)[1:]).stdout) == told(each.shown)


def test_the_other_spelling_of_the_first_flow_is_the_same(telefoon: Run, tutorial: Tutorial, tmp_path: Path) -> None:
    (tmp_path / "hello.json").write_text(telefoon("flow", "convert", "hello.xml").stdout)

    assert telefoon("simulate", "hello.json").stdout == telefoon("simulate", "hello.xml").stdout


@pytest.mark.processes
def test_the_menu_prints_what_the_page_shows(telefoon: Run, tutorial: Tutorial, bakery: str) -> None:
    [simulated] = [each for each in tutorial.typed_under("Answer keys") if each.command != bakery]

    assert simulated.shown is not None
    assert told(telefoon(*shlex.split(simulated.command)[1:]).stdout) == told(simulated.shown)


@pytest.mark.processes
@pytest.mark.parametrize(
    ("digits", "heard"),
    [
        ("2", "Thank you. We will call you back."),
        ("9,1", "We are open from seven to six, and closed on Mondays."),
        ("", "We heard nothing. Goodbye."),
    ],
)
def test_what_the_page_has_its_reader_try_works(
    telefoon: Run, tutorial: Tutorial, bakery: str, digits: str, heard: str
) -> None:
    simulated = telefoon("simulate", f"http://127.0.0.1:{tutorial.instead[PORT]}/menu", "--digits", digits)

    assert simulated.exit_code == 0
    assert heard in simulated.stdout
