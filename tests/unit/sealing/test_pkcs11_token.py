"""The master key in a real PKCS #11 token: what it lets out, what it refuses, and what it says when it is away."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pkcs11
import pytest

from engine.errors import MasterKeyMissing, SealBroken, SetupError
from engine.model.wrapped_key import WrappedKey
from engine.recordings.encryption.key_service import KmsMasterKey
from engine.recordings.encryption.pkcs11_token import Pkcs11MasterKey
from tests.peers.softhsm import PIN, SoftHsm, pin_file, softhsm

pytestmark = pytest.mark.processes

KEY = bytes(range(32))
TOKEN = "hsm"

Master = Callable[..., Pkcs11MasterKey]


@pytest.fixture(scope="module")
def hsm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SoftHsm]:
    made = softhsm(tmp_path_factory.mktemp("hsm") / "tokens")
    made.add_token(TOKEN)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in made.environment.items():
            patch.setenv(name, value)
        yield made


@pytest.fixture
def master(hsm: SoftHsm, tmp_path: Path) -> Master:
    """Of the token, with keys of this test's own."""
    source = f"file:{pin_file(tmp_path)}"

    def make(*, token: str = TOKEN, pin_source: str = source, label: str = tmp_path.name) -> Pkcs11MasterKey:
        return Pkcs11MasterKey(hsm.place(token, pin_source, label))

    return make


async def test_the_first_key_is_made_once_and_opens_what_it_wrapped(master: Master) -> None:
    one = master()
    with pytest.raises(MasterKeyMissing, match="no key test_the_first_key"):
        await one.current()
    await one.ensure()
    await one.ensure()
    wrapped = await one.wrap(KEY, "AC1")

    assert wrapped.master == await one.current()
    assert KEY not in wrapped.wrapped
    assert await master().unwrap(wrapped, "AC1") == KEY


async def test_what_was_changed_or_is_anothers_is_refused(master: Master) -> None:
    one = master()
    await one.ensure()
    wrapped = await one.wrap(KEY, "AC1")
    changed = WrappedKey(wrapped.master, wrapped.wrapped[:-1] + bytes([wrapped.wrapped[-1] ^ 1]))

    for wrong, context in ((changed, "AC1"), (wrapped, "AC2"), (WrappedKey(wrapped.master, b"short"), "AC1")):
        with pytest.raises(SealBroken, match=f"key of {context} was changed, or is another's"):
            await one.unwrap(wrong, context)
    assert await one.unwrap(wrapped, "AC1") == KEY


async def test_the_key_never_leaves_the_token(master: Master, hsm: SoftHsm) -> None:
    one = master()
    await one.ensure()
    label = await one.current()

    with pkcs11.lib(str(hsm.module)).get_token(token_label=TOKEN).open(user_pin=PIN) as session:
        key = session.get_key(label=label)
        with pytest.raises(pkcs11.AttributeSensitive):
            key[pkcs11.Attribute.VALUE]


async def test_an_exchange_makes_one_key_more_and_retiring_destroys_it(master: Master) -> None:
    one = master()
    await one.ensure()
    before = await one.wrap(KEY, "AC1")

    await one.exchange()
    await one.exchange()

    after = await one.wrap(KEY, "AC1")
    assert after.master != before.master
    await one.retire({before.master})
    assert await one.unwrap(before, "AC1") == KEY, "it is still in use"
    await one.retire([])
    assert await one.unwrap(after, "AC1") == KEY
    with pytest.raises(SetupError, match=f"wrapped with the master key {before.master}, which is not in the token hsm"):
        await one.unwrap(before, "AC1")


async def test_keys_of_another_label_are_not_touched(master: Master, tmp_path: Path) -> None:
    ours, others = master(), master(label=f"{tmp_path.name}-other")
    await ours.ensure()
    await others.ensure()
    wrapped = await others.wrap(KEY, "AC1")

    await ours.exchange()
    await ours.retire([])

    assert await others.unwrap(wrapped, "AC1") == KEY


async def test_the_tenth_key_comes_after_the_ninth(master: Master) -> None:
    one = master()
    await one.ensure()
    seen = [await one.current()]
    for _ in range(10):
        await one.exchange()
        seen.append(await one.current())
        await one.retire([])

    assert len(set(seen)) == 11


async def test_a_wrong_pin_is_not_shown_and_not_tried_again(master: Master, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HSM_PIN", "0000-falsch")
    one = master(pin_source="env:HSM_PIN")
    with pytest.raises(SetupError, match="refuses the PIN that is in env:HSM_PIN") as told:
        await one.ensure()
    assert "falsch" not in str(told.value)
    with pytest.raises(SetupError, match="not tried again"):
        await one.ensure()

    os.environ["HSM_PIN"] = PIN
    await one.ensure()


async def test_a_pin_that_is_not_there_or_that_others_can_read_is_told(master: Master, tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="no PIN in env:NO_SUCH"):
        await master(pin_source="env:NO_SUCH").current()
    with pytest.raises(SetupError, match="can't be read: No such file"):
        await master(pin_source=f"file:{tmp_path / 'none'}").current()
    (tmp_path / "pin").chmod(0o644)
    with pytest.raises(SetupError, match="chmod 600"):
        await master().current()


async def test_a_token_that_was_away_is_found_again(master: Master, hsm: SoftHsm) -> None:
    one = master(token="late")
    with pytest.raises(SetupError, match=r"the token late of .*libsofthsm2\.so answered NoSuchToken"):
        await one.current()

    hsm.add_token("late")

    await one.ensure()


async def test_a_driver_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="no-such-driver"):
        await Pkcs11MasterKey(f"token=x?module-path=/no-such-driver.so&pin-source=file:{pin_file(tmp_path)}").current()


async def test_the_setting_finds_it_by_the_name_pkcs11(hsm: SoftHsm, tmp_path: Path) -> None:
    one = KmsMasterKey("pkcs11", hsm.place(TOKEN, f"file:{pin_file(tmp_path)}", tmp_path.name))
    await one.ensure()

    assert await one.unwrap(await one.wrap(KEY, "AC1"), "AC1") == KEY
