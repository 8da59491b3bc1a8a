"""`telefoon trunks`, on the database of the data folder."""

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from api.doctor import server, trunk_probe
from config.settings import Settings
from engine.diagnosis.findings import Outcome, Subject, TrunkFinding
from tests.unit.cli.conftest import Run


@pytest.fixture
def password_file(tmp_path: Path) -> Path:
    file = tmp_path / "pw"
    file.write_text("s3cret\nnot this\n")
    return file


def shown(telefoon: Run, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(telefoon("trunks", "show", name, "--json").stdout)
    return found


def test_a_trunk_is_added_with_every_flag(telefoon: Run, password_file: Path) -> None:
    added = telefoon(
        "trunks", "add", "carrier-a", "--host", "sip.a.example:5070", "--host", "[2001:db8::1]", "--priority", 3,
        "--weight", 7, "--transport", "tls", "--auth", "register", "--user", "ann", "--password-file", password_file,
        "--timeout", 2.5, "--profile", "sbc-tls-options", "--set", "srtp=optional", "--set", "redirects=yes",
    )  # fmt: skip

    assert added.exit_code == 0, added.stderr
    assert "within two seconds" in added.stdout
    trunk = shown(telefoon, "carrier-a")
    assert [each["host"] for each in trunk["hosts"]] == ["sip.a.example", "2001:db8::1"]
    assert (trunk["priority"], trunk["weight"], trunk["transport"], trunk["auth"]) == (3, 7, "tls", "register")
    assert (trunk["user"], trunk["password_set"], trunk["timeout_s"]) == ("ann", True, 2.5)
    assert (trunk["srtp"], trunk["redirects"], trunk["from"]) == ("optional", True, "database")
    assert "s3cret" not in json.dumps(trunk)


def test_trunks_are_listed_changed_and_removed(telefoon: Run) -> None:
    assert "There are no trunks" in telefoon("trunks", "list").stdout
    telefoon("trunks", "add", "b", "--host", "b.example")
    telefoon("trunks", "add", "a", "--host", "a.example:5070")

    assert [each["name"] for each in json.loads(telefoon("trunks", "list", "--json").stdout)] == ["a", "b"]
    assert "a.example:5070" in telefoon("trunks", "list").stdout
    assert "a.example:5070" in telefoon("trunks", "show", "a").stdout

    assert telefoon("trunks", "set", "a", "--set", "enabled=no", "--priority", 9).exit_code == 0
    assert (shown(telefoon, "a")["enabled"], shown(telefoon, "a")["priority"]) == (False, 9)

    assert telefoon("trunks", "remove", "a").exit_code == 0
    assert [each["name"] for each in json.loads(telefoon("trunks", "list", "--json").stdout)] == ["b"]


@pytest.mark.parametrize(
    ("arguments", "field", "told"),
    [
        (("a",), "hosts", "a trunk needs it"),
        (("A", "--host", "x"), "name", "small letters"),
        (("a", "--host", "x y"), "hosts", "HOST[:PORT]"),
        (("a", "--host", "x", "--priority", "-1"), "priority", "0 to 65535"),
        (("a", "--host", "x", "--timeout", "60"), "timeout_s", "1 to 32"),
        (("a", "--host", "x", "--auth", "register"), "user", "needs a user"),
        (("a", "--host", "x", "--set", "srpt=off"), "srpt", "is srtp meant"),
        (("a", "--host", "x", "--set", "srtp"), "set", "FIELD=VALUE"),
        (("a", "--host", "x", "--set", "srtp=on"), "srtp", "off, optional, required"),
        (("a", "--host", "x", "--set", "password=pw"), "password", "--password-file"),
        (("a", "--host", "x", "--profile", "odd"), "profile", "asterisk-peer"),
    ],
)
def test_what_is_wrong_is_told_with_its_field(telefoon: Run, arguments: tuple[str, ...], field: str, told: str) -> None:
    refused = telefoon("trunks", "add", *arguments, "--json")

    assert refused.exit_code == 2
    error = json.loads(refused.stderr)
    assert error["field"] == field
    assert told in error["error"]
    assert json.loads(telefoon("trunks", "list", "--json").stdout) == []


def test_a_name_that_is_taken_and_one_that_there_is_not_are_told(telefoon: Run) -> None:
    telefoon("trunks", "add", "a", "--host", "a.example")

    assert "telefoon trunks set a" in telefoon("trunks", "add", "a", "--host", "b.example").stderr
    for command in (("show", "b"), ("set", "b", "--set", "enabled=no"), ("remove", "b")):
        missing = telefoon("trunks", *command)
        assert (missing.exit_code, "There is no trunk b" in missing.stderr) == (1, True)


def test_a_rule_for_numbers_is_a_word_and_told_as_one(telefoon: Run) -> None:
    rule = "national;country_code=32;user_phone=true"
    telefoon("trunks", "add", "a", "--host", "a.example", "--set", f"called={rule}")

    assert shown(telefoon, "a")["called"] == {"form": "national", "country_code": "32", "user_phone": True}
    assert rule in telefoon("trunks", "show", "a").stdout


def test_what_a_server_tells_of_a_trunk_is_shown_beside_its_fields(
    telefoon: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def running(_: Settings) -> server.RunningServer:
        return server.RunningServer(
            {}, {"a": {"detail": "200 OK", "round_trip_ms": 12.5, "answer_seizure_ratio": 0.75}}
        )

    telefoon("trunks", "add", "a", "--host", "a.example")
    telefoon("trunks", "add", "b", "--host", "b.example")
    monkeypatch.setattr(server, "find", running)

    assert shown(telefoon, "a")["state"]["round_trip_ms"] == 12.5
    assert shown(telefoon, "b")["state"] is None
    assert re.search(r"^answer_seizure_ratio +0\.75$", telefoon("trunks", "show", "a").stdout, re.MULTILINE)
    assert "12.5" in telefoon("trunks", "list").stdout


def test_nothing_to_change_is_told(telefoon: Run) -> None:
    telefoon("trunks", "add", "a", "--host", "a.example")

    assert telefoon("trunks", "set", "a").exit_code == 2


def test_a_trunk_outside_is_refused_where_outside_is(telefoon: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEFOON_ALLOWED_COUNTRIES", "be")
    monkeypatch.setenv("TELEFOON_OUTSIDE", "refuse")

    refused = telefoon("trunks", "add", "a", "--host", "sip.carrier.example")

    assert refused.exit_code == 2
    assert "TELEFOON_TARGET_COUNTRIES" in refused.stderr


def test_a_test_from_an_address_that_leads_nowhere_says_what_to_set(telefoon: Run) -> None:
    telefoon("trunks", "add", "away", "--host", "192.0.2.10")

    tested = telefoon("trunks", "test", "away")

    assert tested.exit_code == 1
    assert "SIP listens on 127.0.0.1 alone, from where 192.0.2.10 can't be reached" in tested.stdout
    assert "Set TELEFOON_SIP_HOST" in tested.stdout


def test_a_trunk_that_does_not_answer_is_told_in_one_sentence_and_in_a_report(telefoon: Run, tmp_path: Path) -> None:
    telefoon("trunks", "add", "away", "--host", "nowhere.invalid")
    report = tmp_path / "report.txt"

    tested = telefoon("trunks", "test", "away", "--report", report)

    assert tested.exit_code == 1
    assert "Trunk away does not work as it should: no address is known for nowhere.invalid." in tested.stdout
    assert "FAULT" in report.read_text()
    assert "no address is known for nowhere.invalid" in report.read_text()


@pytest.mark.parametrize(("flags", "told"), [((), "+3225550100"), (("--hide-numbers",), "+3225•••••00")])
def test_the_report_has_numbers_unless_they_are_to_be_hidden(
    telefoon: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flags: tuple[str, ...], told: str
) -> None:
    async def findings(*_: Any) -> AsyncIterator[TrunkFinding]:
        yield TrunkFinding(Subject.IDENTITY, Outcome.OK, "the far end saw us as +3225550100")

    telefoon("trunks", "add", "a", "--host", "a.example")
    monkeypatch.setattr(trunk_probe, "trunk_findings", findings)

    assert telefoon("trunks", "test", "a", "--report", tmp_path / "report", *flags).exit_code == 0

    assert f"the far end saw us as {told}\n" in (tmp_path / "report").read_text()


def test_a_trunks_test_can_be_json(telefoon: Run) -> None:
    telefoon("trunks", "add", "away", "--host", "nowhere.invalid")

    told = json.loads(telefoon("trunks", "test", "away", "--json").stdout)

    assert (told["trunk"], told["ok"]) == ("away", False)
    assert told["findings"][0]["subject"] == "name"
    assert told["findings"][0]["outcome"] == "fault"


def test_a_test_of_a_trunk_that_is_not_there_says_so(telefoon: Run) -> None:
    tested = telefoon("trunks", "test", "nobody")

    assert tested.exit_code == 1
    assert "nobody" in tested.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--call", "02 555 01 99", "--from", "+3225550100"), "02 555 01 99 is no number in E.164"),
        (
            ("--echo", "sip:echo@elsewhere.example", "--from", "+3225550100"),
            "elsewhere.example is no host of the trunk away",
        ),
        (("--echo", "echo"), "Give --from"),
        (("--echo", "echo", "--call", "+3225550199"), "Give one of --call and --echo"),
    ],
)
def test_a_test_call_that_cannot_be_made_is_refused_before_anything_is_tried(
    telefoon: Run, arguments: tuple[str, ...], told: str
) -> None:
    telefoon("trunks", "add", "away", "--host", "nowhere.invalid")

    tested = telefoon("trunks", "test", "away", *arguments)

    assert tested.exit_code == 2
    assert told in tested.stderr
    assert "FAULT" not in tested.stdout


def test_a_default_number_that_nobody_has_is_refused_with_how_to_add_it(telefoon: Run) -> None:
    refused = telefoon("trunks", "add", "carrier-d", "--host", "a.example", "--set", "default_number=+3225550177")

    assert refused.exit_code == 2
    assert "telefoon numbers add +3225550177 --account NAME" in refused.stderr
