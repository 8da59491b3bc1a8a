"""The table of distributions."""

from __future__ import annotations

import pytest

from scripts.distribution import Distribution, all_distributions, this_distribution
from scripts.failure import SetupFailed


def test_the_table_has_the_three_distributions_that_we_promise() -> None:
    assert {str(row) for row in all_distributions()} == {"debian 12", "debian 13", "ubuntu 24.04"}


@pytest.mark.parametrize("row", all_distributions(), ids=str)
def test_every_row_says_all_that_is_needed(row: Distribution) -> None:
    assert row.keyring.startswith("/usr/share/keyrings/")
    assert row.source_suites[-1] == row.codename, "the distribution's own release is tried last"
    assert row.asterisk_suites
    assert {"build-essential", "swig", "libssl-dev", "libsrtp2-dev"} <= set(row.build)
    assert {"debootstrap", "sip-tester", "postgresql"} <= set(row.test)
    assert len(set(row.build)) == len(row.build)


def test_a_machine_is_found_by_its_os_release() -> None:
    assert this_distribution({"ID": "ubuntu", "VERSION_ID": "24.04"}).codename == "noble"


def test_an_unknown_distribution_is_named_beside_the_known_ones() -> None:
    with pytest.raises(SetupFailed) as refusal:
        this_distribution({"ID": "other", "VERSION_ID": "1", "PRETTY_NAME": "Other Linux 1"})

    assert "Other Linux 1" in str(refusal.value)
    assert "debian 12, debian 13, ubuntu 24.04" in str(refusal.value)
