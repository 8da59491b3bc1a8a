"""What a fresh root is told of this machine's apt, pip, proxies and certificates."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.machine_settings import apt_settings, package_files, passed_on, shown_paths


def test_proxies_pips_settings_and_certificates_are_passed_on_and_nothing_else() -> None:
    told = {
        "https_proxy": "a", "NO_PROXY": "b", "PIP_INDEX_URL": "c", "SSL_CERT_FILE": "d", "REQUESTS_CA_BUNDLE": "e"
    }  # fmt: skip
    private = {"HOME": "/home/me", "TELEFOON_TRUNK": "sip:x", "PASSWORD": "secret", "PYTHONPATH": "/x"}

    assert passed_on({**told, **private}) == told


def test_of_apts_settings_those_about_fetching_are_taken() -> None:
    dump = [
        'APT::Architecture "amd64";',
        'Acquire::http::Proxy "proxy:3142";',
        'Acquire::https::CaInfo "/etc/ssl/own.pem";',
        'Acquire::Check-Valid-Until "false";',
        'Acquire::GzipIndexes "true";',
    ]

    assert apt_settings(dump).splitlines() == dump[1:4]


def test_pips_own_files_are_found_and_so_is_one_that_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    users, named = tmp_path / ".config/pip/pip.conf", tmp_path / "named.conf"
    users.parent.mkdir(parents=True)
    users.touch()
    named.touch()

    found = package_files({"PIP_CONFIG_FILE": str(named)})

    assert found[users] == "root/.config/pip/pip.conf"
    assert found[named] == str(named).lstrip("/")
    assert tmp_path / ".pip/pip.conf" not in found


def test_folders_that_settings_name_are_shown_and_an_index_with_what_lies_beside_it(tmp_path: Path) -> None:
    wheels, index = tmp_path / "wheels", tmp_path / "index" / "simple"
    wheels.mkdir()
    index.mkdir(parents=True)
    settings = f"[global]\nfind-links = {wheels}\nextra-index-url = file://{index} https://index.example{wheels}x\n"

    assert shown_paths([settings, f"{tmp_path}/absent"], tmp_path / "root") == (wheels, tmp_path / "index")


def test_what_the_root_has_itself_is_not_shown(tmp_path: Path) -> None:
    certificates = tmp_path / "certificates.pem"
    certificates.touch()
    root = tmp_path / "root"
    own = root / certificates.relative_to("/")
    own.parent.mkdir(parents=True)
    own.touch()

    assert shown_paths([f"cert = {certificates}"], root) == ()
