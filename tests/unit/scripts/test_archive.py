"""The archive's address is what apt says, never what we think."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.archive import PrivateApt, choose_uri
from scripts.distribution import Distribution, this_distribution
from scripts.failure import SetupFailed


@pytest.fixture
def bookworm() -> Distribution:
    return this_distribution({"ID": "debian", "VERSION_ID": "12"})


def test_the_release_itself_is_chosen_not_its_updates(bookworm: Distribution) -> None:
    lines = ["bookworm-updates|Debian|mirror:updates", "bookworm|Debian|mirror:main", "", "broken"]

    assert choose_uri(lines, bookworm) == "mirror:main"


def test_another_vendor_with_the_same_release_name_is_passed_over(bookworm: Distribution) -> None:
    lines = ["bookworm|Somebody|mirror:other", "bookworm|Debian|mirror:main"]

    assert choose_uri(lines, bookworm) == "mirror:main"


def test_before_the_first_update_an_unknown_origin_counts(bookworm: Distribution) -> None:
    assert choose_uri(["bookworm||mirror:main"], bookworm) == "mirror:main"


def test_no_source_for_the_release_is_no_address(bookworm: Distribution) -> None:
    assert choose_uri(["trixie|Debian|mirror:main"], bookworm) is None


def test_the_private_apt_trusts_the_archives_key_only(tmp_path: Path) -> None:
    keyring = tmp_path / "archive.gpg"
    keyring.touch()

    PrivateApt.prepare(tmp_path / "apt", "mirror:main", "sid", "main", str(keyring))

    assert (tmp_path / "apt/sources/suite.sources").read_text().splitlines() == [
        "Types: deb-src",
        "URIs: mirror:main",
        "Suites: sid",
        "Components: main",
        f"Signed-By: {keyring}",
    ]


def test_without_the_archives_key_nothing_is_fetched(tmp_path: Path) -> None:
    with pytest.raises(SetupFailed, match=r"absent\.gpg is missing"):
        PrivateApt.prepare(tmp_path / "apt", "mirror:main", "sid", "main", str(tmp_path / "absent.gpg"))
