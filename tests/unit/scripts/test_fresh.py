"""README's commands in a fresh root: which they are, and when one has passed."""

from __future__ import annotations

import io
import os
import signal
from pathlib import Path

import pytest

from scripts.distribution import this_distribution
from scripts.failure import SetupFailed
from scripts.fresh import CHECKOUT, Commands, Trial, check_release, commands_under, readme_commands, with_tests
from scripts.fresh_root import FreshRoot
from scripts.progress import Progress

SERVER = "trap 'exit {code}' INT; echo 'Up. Press Ctrl-C'; while :; do sleep 0.1; done"


@pytest.fixture
def this_system(tmp_path: Path) -> FreshRoot:
    if os.geteuid() != 0:
        pytest.skip("chroot needs root")
    return FreshRoot(Path("/"), tmp_path / "log")


@pytest.mark.promise
def test_readme_says_what_is_tried() -> None:
    commands = readme_commands((CHECKOUT / "README.md").read_text())

    assert commands == Commands("git clone <this repository> telefoon", "cd telefoon", "make run", "make test")


def test_a_readme_without_the_commands_is_refused() -> None:
    with pytest.raises(SetupFailed, match="Try it"):
        readme_commands("# Telefoon\n\n## Try it\n\n    make something\n")


def test_commands_are_read_without_their_explanations_and_from_one_section_only() -> None:
    readme = "## One\n\n    make one\n\n## Two\n\nText.\n\n    make two    all of it; some: make two X=1\n    cd\n"

    assert commands_under(readme, "Two") == ["make two", "cd"]
    assert commands_under(readme, "Three") == []


@pytest.mark.parametrize(
    ("tests", "command"),
    [
        ("", "make test"),
        ("tests/unit", "make test TESTS=tests/unit"),
        ("a -k 'b c'", "make test " + r"""'TESTS=a -k '"'"'b c'"'"''"""),
    ],
)
def test_the_chosen_tests_are_passed_on_as_one_word(tests: str, command: str) -> None:
    assert with_tests("make test", tests) == command


def test_a_release_that_this_archive_has_not_is_refused_with_those_it_has() -> None:
    debian = this_distribution({"ID": "debian", "VERSION_ID": "12"})
    check_release("trixie", debian)

    with pytest.raises(SetupFailed, match=r"'noble' can't be tried here: .*Debian.* bookworm and trixie"):
        check_release("noble", debian)


def outcome(root: FreshRoot, trial: Trial, tmp_path: Path) -> tuple[bool, str, str]:
    told = io.StringIO()
    passed, line = trial.outcome(root, "true", tmp_path / "trial.log", Progress(told))
    return passed, line.rpartition(" in ")[0], told.getvalue()


def under_a_parent(tmp_path: Path, script: str) -> str:
    """A command that runs `script` as its child and ends with its code, as make does."""
    file = tmp_path / "script"
    file.write_text(script)
    return f"sh -c 'sh {file}; exit $?'"


@pytest.mark.processes
def test_a_command_that_goes_on_is_interrupted_once_it_has_said_its_line(
    this_system: FreshRoot, tmp_path: Path
) -> None:
    command = under_a_parent(tmp_path, SERVER.format(code=0))

    passed, line, _ = outcome(this_system, Trial("run", command, until="Press Ctrl-C"), tmp_path)

    assert passed
    assert line == f"{command}: passed"


@pytest.mark.processes
def test_it_is_interrupted_also_where_it_was_started_in_the_background(this_system: FreshRoot, tmp_path: Path) -> None:
    command = under_a_parent(tmp_path, SERVER.format(code=3))
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        _, _, told = outcome(this_system, Trial("run", command, until="Press Ctrl-C"), tmp_path)
    finally:
        signal.signal(signal.SIGINT, before)

    assert "ended with code 3" in told


@pytest.mark.processes
def test_what_says_its_line_and_ends_with_an_error_has_failed(this_system: FreshRoot, tmp_path: Path) -> None:
    command = under_a_parent(tmp_path, SERVER.format(code=3))

    passed, line, told = outcome(this_system, Trial("run", command, until="Press Ctrl-C"), tmp_path)

    assert not passed
    assert line == f"{command}: failed"
    assert "ended with code 3" in told


@pytest.mark.processes
def test_what_ends_before_its_line_has_failed_and_its_last_words_are_shown(
    this_system: FreshRoot, tmp_path: Path
) -> None:
    passed, _, told = outcome(this_system, Trial("run", "echo no such thing", until="Press Ctrl-C"), tmp_path)

    assert not passed
    assert "before 'Press Ctrl-C'" in told
    assert "\n    no such thing" in told


@pytest.mark.parametrize(("command", "passes"), [("true", True), ("false", False)])
@pytest.mark.processes
def test_a_command_that_ends_passes_by_its_code(
    this_system: FreshRoot, tmp_path: Path, command: str, passes: bool
) -> None:
    assert outcome(this_system, Trial("test", command), tmp_path)[0] == passes


@pytest.mark.processes
def test_what_does_not_say_its_line_in_time_is_ended(this_system: FreshRoot, tmp_path: Path) -> None:
    log = tmp_path / "trial.log"

    with pytest.raises(SetupFailed, match="did not say 'up' within 1 s"):
        this_system.run_until("echo $$; exec sleep 60", "up", log, 1.0)

    with pytest.raises(ProcessLookupError):
        os.kill(int(log.read_text()), 0)
