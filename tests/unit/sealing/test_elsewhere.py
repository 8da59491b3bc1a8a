"""A key service that another package brings: found by its name, and never more than a recording's trouble."""

import asyncio
import importlib
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.aio.tasks import stopped
from engine.errors import MasterKeyMissing, SealBroken, SetupError
from engine.recordings.encryption.key_service import KmsMasterKey
from tests.peers import key_service

pytestmark = pytest.mark.processes

KEY = bytes(range(32))
SHORT_S = 1.0
LONG_S = 60.0

Service = Callable[..., KmsMasterKey]


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return key_service.installed(tmp_path_factory.mktemp("package"))


@pytest.fixture
def service(package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Service:
    monkeypatch.syspath_prepend(package)
    importlib.invalidate_caches()

    def make(name: str, patience_s: float = LONG_S) -> KmsMasterKey:
        return KmsMasterKey(name, str(tmp_path / "vault.key"), patience_s=patience_s)

    return make


async def test_one_that_is_installed_makes_its_first_key_wraps_and_exchanges(service: Service) -> None:
    vault = service("vault")
    with pytest.raises(MasterKeyMissing, match=r"vault\.key is not there"):
        await vault.current()
    await vault.ensure()
    wrapped = await vault.wrap(KEY, "AC1")

    assert await service("vault").unwrap(wrapped, "AC1") == KEY
    with pytest.raises(SealBroken, match="key of AC2"):
        await vault.unwrap(wrapped, "AC2")

    await vault.exchange()
    assert await vault.current() != wrapped.master
    assert await vault.unwrap(wrapped, "AC1") == KEY, "the old one is kept until it is retired"
    await vault.retire([])
    with pytest.raises(SetupError, match="which is not in"):
        await vault.unwrap(wrapped, "AC1")


async def test_a_name_that_is_not_installed_is_answered_with_those_that_are(service: Service) -> None:
    with pytest.raises(SetupError, match=r"no key service valut.*Installed are: .*pkcs11, .*vault\."):
        await service("valut").current()


async def test_one_that_can_not_be_loaded_says_why_and_what_to_install(service: Service) -> None:
    with pytest.raises(SetupError, match=r"No module named 'telefoon_vault_driver'.*'telefoon-vault\[broken\]'"):
        await service("broken").current()


@pytest.mark.parametrize("name", ["stuck", "silent"])
async def test_one_that_hangs_is_given_up_on_while_the_loop_goes_on(service: Service, name: str) -> None:
    await service("vault").ensure()
    hanging = service(name, SHORT_S)
    beats: list[float] = []
    beating = asyncio.create_task(beat(beats))

    with pytest.raises(SetupError, match=rf"{name} did not answer within 1 s"):
        await hanging.wrap(KEY, "AC1")

    await stopped(beating)
    assert len(beats) > 2, "the loop was held up"


async def test_what_was_given_up_on_is_not_waited_for(service: Service) -> None:
    await service("vault").ensure()
    silent = service("silent", SHORT_S)
    with pytest.raises(SetupError):
        await silent.wrap(KEY, "AC1")

    assert await silent.current() == await service("vault").current()


async def test_what_a_service_fails_of_is_told(service: Service) -> None:
    failing = service("failing")
    await failing.ensure()
    with pytest.raises(SetupError, match=r"failing failed: ConnectionError: vault\.example is sealed"):
        await failing.wrap(KEY, "AC1")


async def test_one_that_does_not_keep_to_the_interface_is_told_apart(service: Service) -> None:
    careless = service("careless")
    await careless.ensure()
    with pytest.raises(SetupError, match="gave bytes where WrappedKey was asked for"):
        await careless.wrap(KEY, "AC1")


async def test_what_is_no_key_once_unwrapped_is_refused(service: Service) -> None:
    vault = service("vault")
    await vault.ensure()
    wrapped = await vault.wrap(b"short", "AC1")
    with pytest.raises(SealBroken, match="key of AC1"):
        await vault.unwrap(wrapped, "AC1")


async def beat(beats: list[float]) -> None:
    while True:
        beats.append(time.monotonic())
        await asyncio.sleep(0.05)
