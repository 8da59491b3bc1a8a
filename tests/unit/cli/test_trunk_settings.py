"""The settings of the trunk named default: explained in the settings file, and made into a trunk as any other."""

import json
import tomllib
from pathlib import Path

import pytest
from pydantic import SecretStr

from api.node.trunk_tables import trunks_of_file
from api.node.trunks import trunk_of_settings
from config.settings import Settings, load
from config.trunk import TrunkSettings
from config.trunk_section import FILE, renewed
from engine.errors import SetupError
from engine.model.trunk import Authentication, Srtp, Transport, Trunk, TrunkHost
from tests.unit.api.test_trunks import WRONG
from tests.unit.cli.conftest import Run


@pytest.mark.promise
def test_the_settings_file_explains_the_trunk_as_its_fields_do() -> None:
    text = FILE.read_text("utf-8")

    assert renewed(text) == text, "python -m config.trunk_section renews it"


def test_the_trunk_is_as_the_settings_say() -> None:
    settings = Settings(
        trunk="sip:sip.carrier.example:5070;transport=tcp",
        trunk_user="ann",
        trunk_password=SecretStr("pw"),
        trunk_register=True,
        trunk_srtp="required",
        trunk_redirects=True,
        trunk_timeout=2.5,
    )

    assert trunk_of_settings(settings) == Trunk(
        name="default",
        hosts=(TrunkHost("sip.carrier.example", 5070),),
        transport=Transport.TCP,
        auth=Authentication.REGISTER,
        user="ann",
        password="pw",
        srtp=Srtp.REQUIRED,
        redirects=True,
        timeout_s=2.5,
    )


@pytest.mark.promise
def test_every_setting_of_the_trunk_reaches_a_field() -> None:
    fields = {f"trunk_{name.removesuffix('_s')}" for name in Trunk.table()}

    assert set(TrunkSettings.model_fields) - {"trunk", "trunk_register"} <= fields


def test_without_an_address_there_is_no_trunk() -> None:
    assert trunk_of_settings(Settings(trunk_user="ann")) is None


def test_an_address_that_is_none_stops_the_start() -> None:
    with pytest.raises(SetupError, match=r"TELEFOON_TRUNK: .*sip:a b"):
        trunk_of_settings(Settings(trunk="sip:a b"))


def test_the_rest_of_the_file_stays_as_it_is() -> None:
    text = FILE.read_text("utf-8").replace("trunk_srtp = ", "trunk_strp = ")

    assert renewed(text) == FILE.read_text("utf-8")


def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> Path:
    file = tmp_path / "telefoon.toml"
    file.write_text(text)
    monkeypatch.setenv("TELEFOON_CONFIG", str(file))
    return file


def test_tables_of_the_settings_file_are_trunks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = written(
        tmp_path,
        monkeypatch,
        """
        node = "node-7"

        [[trunks]]
        name = "carrier-a"
        hosts = ["sip.a.example:5070", "sip2.a.example;priority=10"]
        auth = "register"
        user = "ann"
        password = "pw"

        [[trunks]]
        name = "carrier-b"
        priority = 5
        [[trunks.hosts]]
        host = "sip.b.example"
        weight = 3
        """,
    )

    first, second = trunks_of_file(load().trunks or (), file)

    assert (first.name, first.auth, first.hosts[1].priority) == ("carrier-a", Authentication.REGISTER, 10)
    assert (second.priority, second.hosts) == (5, (TrunkHost("sip.b.example", weight=3),))


@pytest.mark.parametrize(
    ("line", "number", "told"),
    [
        ('transport = "sctp"', 8, "is not one of udp, tcp, tls"),
        ("timeout_s = 90", 8, "give 1 to 32"),
        ('priorty = "high"', 8, "is priority meant"),
        ('auth = "register"', 6, "needs a user"),
        ('"expires_s"=5', 8, "60 to 86400"),
    ],
)
def test_a_wrong_table_is_told_with_file_and_line_and_what_is_allowed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, number: int, told: str
) -> None:
    good = '\n[[trunks]]\nname = "a"\nhosts = ["a.example"]\n'
    file = written(tmp_path, monkeypatch, f'{good}\n[[trunks]]\nhosts = ["b.example"]\n{line}\nname = "b"\n')

    with pytest.raises(SetupError) as stopped:
        trunks_of_file(load().trunks or (), file)

    assert str(stopped.value).startswith(f"{file}, line {number}: ")
    assert told in str(stopped.value)


def in_toml(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name} = {in_toml(each)}" for name, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(in_toml, value)) + "]"
    return json.dumps(value)


@pytest.mark.parametrize(("field", "value"), [each for each in WRONG if each[1] is not None])
def test_each_field_of_a_table_that_is_wrong_is_told_with_its_line(tmp_path: Path, field: str, value: object) -> None:
    file = tmp_path / "telefoon.toml"
    table = {"name": "a", "hosts": ["a.example"], field: value}
    lines = [f"{name} = {in_toml(each)}" for name, each in table.items()]
    file.write_text("\n".join(["[[trunks]]", *lines]))

    with pytest.raises(SetupError) as stopped:
        trunks_of_file(tomllib.loads(file.read_text())["trunks"], file)

    assert str(stopped.value).startswith(f"{file}, line {list(table).index(field) + 2}: ")


@pytest.mark.parametrize(
    ("table", "number"), [('[trunks.called]\nform = "local"', 6), ('[[trunks.hosts]]\nhost = "a b"', 6)]
)
def test_a_field_that_is_a_table_of_its_own_is_told_with_its_line(tmp_path: Path, table: str, number: int) -> None:
    file = tmp_path / "telefoon.toml"
    hosts = "" if "hosts" in table else 'hosts = ["a.example"]'
    file.write_text(f'[[trunks]]\nname = "a"\n{hosts}\n[trunks.received]\nform = "e164"\n{table}\n')

    with pytest.raises(SetupError, match=rf"line {number}: "):
        trunks_of_file(tomllib.loads(file.read_text())["trunks"], file)


@pytest.mark.processes
@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[[trunks]]\nname = "a"\nhosts = ["x"]\nsrtp = "on"\n', "line 4: srtp: 'on' is not one of off, optional"),
        ('node = "n"\n[trunks]\nname = "a"\n', "line 2: trunks are tables; begin each with [[trunks]]"),
        ('trunks = ["a.example"]\n', "line 1: trunks are tables"),
    ],
)
def test_a_wrong_table_stops_the_start(
    telefoon: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, told: str
) -> None:
    file = written(tmp_path, monkeypatch, text)

    stopped = telefoon("serve")

    assert stopped.exit_code != 0
    assert str(file) in stopped.stderr
    assert told in stopped.stderr


def test_a_name_is_in_the_file_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = written(tmp_path, monkeypatch, '[[trunks]]\nname = "a"\nhosts = ["x"]\n' * 2)

    with pytest.raises(SetupError, match="line 5: There are two trunks a"):
        trunks_of_file(load().trunks or (), file)
