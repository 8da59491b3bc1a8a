"""Programs of the distribution that tests run without installing them: found in the cache, whole once unpacked."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts import baresip, haproxy, nftables, scanners
from scripts.baresip import BARESIP
from scripts.distribution import this_distribution
from scripts.failure import SetupFailed
from scripts.haproxy import HAPROXY
from scripts.kamailio import KAMAILIO, PROGRAM
from scripts.nftables import NFTABLES
from scripts.progress import Progress
from scripts.scanners import SIPSAK, SIPVICIOUS, SVMAP
from scripts.softhsm import MODULE, SOFTHSM, UTILITY
from scripts.unpacked_packages import UnpackedPackages


def test_one_that_is_in_the_cache_is_not_fetched_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(UnpackedPackages, "_download", lambda self, work, log: pytest.fail("it was fetched"))
    folder = SOFTHSM.folder(tmp_path / "telefoon", this_distribution())
    folder.mkdir(parents=True)

    assert SOFTHSM.made(Progress()) == folder


def test_packages_that_do_not_hold_it_leave_nothing_in_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(UnpackedPackages, "_download", lambda self, work, log: None)

    with pytest.raises(SetupFailed, match="do not hold"):
        SOFTHSM.made(Progress())

    assert not SOFTHSM.folder(tmp_path / "telefoon", this_distribution()).exists()


@pytest.mark.processes
@pytest.mark.parametrize(
    ("packages", "program"),
    [
        (SOFTHSM, UTILITY),
        (KAMAILIO, PROGRAM),
        (BARESIP, baresip.PROGRAM),
        (SIPSAK, scanners.PROGRAM),
        (HAPROXY, haproxy.PROGRAM),
        (NFTABLES, nftables.PROGRAM),
    ],
)
def test_what_is_unpacked_is_a_program(packages: UnpackedPackages, program: Path) -> None:
    assert (packages.made(Progress()) / program).stat().st_mode & 0o111


@pytest.mark.processes
def test_sipvicious_is_a_package_of_python() -> None:
    [module] = SIPVICIOUS.made(Progress()).glob(str(SVMAP))

    assert (module.parent / "__init__.py").is_file()


@pytest.mark.processes
def test_the_driver_of_softhsm_is_one() -> None:
    assert (SOFTHSM.made(Progress()) / MODULE).read_bytes().startswith(b"\x7fELF")


@pytest.mark.processes
def test_libraries_come_with_what_they_depend_on_but_not_with_every_machines() -> None:
    libraries = {each.name.partition(".so")[0] for each in BARESIP.made(Progress()).glob("usr/lib/*/lib*.so.*")}

    assert {"libre", "librem", "libsndfile", "libFLAC"} <= libraries
    assert not libraries & {"libc", "libstdc++", "libgcc_s"}
