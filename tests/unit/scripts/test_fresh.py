"""A fresh root of a release: which there are, and what it takes from this machine."""

from pathlib import Path

import pytest

from scripts.failure import SetupFailed
from scripts.fresh import Outcome, release_named
from scripts.fresh_network import PASSED_ON, folders_in


@pytest.mark.parametrize("codename", ["bookworm", "trixie"])
def test_a_release_is_known_by_its_name(codename: str) -> None:
    assert release_named(codename).codename == codename


def test_a_release_that_is_not_known_is_refused_with_those_that_are() -> None:
    with pytest.raises(SetupFailed, match="bookworm, trixie"):
        release_named("potato")


def test_the_ways_to_the_archives_are_passed_on_and_nothing_else() -> None:
    names = [
        "PIP_CERT",
        "https_proxy",
        "HTTP_PROXY",
        "SSL_CERT_FILE",
        "REQUESTS_CA_BUNDLE",
        "HOME",
        "TELEFOON_DATA_DIR",
    ]
    assert [name for name in names if PASSED_ON.match(name)] == names[:5]


def test_folders_of_packages_are_found_in_pips_settings(tmp_path: Path) -> None:
    lines = [
        f"global.find-links='{tmp_path}'",
        "global.index-url='https://packages.example/simple'",
        ":env:.cert='/none'",
    ]
    assert folders_in(lines) == (str(tmp_path),)


def test_an_outcome_is_a_line() -> None:
    assert str(Outcome("make test", passed=True, seconds=61.4)).split() == ["passed", "make", "test", "61", "s"]
