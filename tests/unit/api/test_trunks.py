"""/trunks: the node's ways to carriers, for keys with the scope admin."""

from collections.abc import Mapping
from typing import Any

import pytest

from api.http.trunk_schema import FILE, renewed
from engine.errors import InvalidField
from engine.model.accounts import Scope
from engine.model.trunk import Origin, Trunk, new_trunk
from engine.model.trunk.reachability import OptionsPing, TrunkEvent, TrunkEventKind, TrunkReachability
from engine.model.trunk.registration import TrunkRegistration
from tests.unit.api.conftest import Site
from tests.unit.store.samples import NOON

CARRIER = {
    "name": "carrier-a",
    "hosts": ["sip.carrier.example:5070", {"host": "sip2.carrier.example", "priority": 10}],
    "auth": "register",
    "user": "ann",
    "password": "s3cret",
}


@pytest.fixture
async def admin(site: Site) -> Site:
    account = await site.services.stores.accounts.ensure("demo")
    _, site.key = await site.services.stores.accounts.create_key(account.id, frozenset({Scope.ADMIN}))
    return site


@pytest.mark.promise
def test_the_schemas_are_as_the_fields_are() -> None:
    text = FILE.read_text("utf-8")

    assert renewed(text) == text, "python -m api.http.trunk_schema renews it"


async def test_a_trunk_is_added_looked_up_changed_and_removed(admin: Site) -> None:
    status, added, answer = await admin.request("POST", "trunks", json=CARRIER)
    assert (status, answer.headers["Location"]) == (201, "/v1/voice/trunks/carrier-a")
    assert added["hosts"] == [
        {"host": "sip.carrier.example", "port": 5070, "priority": 0, "weight": 1},
        {"host": "sip2.carrier.example", "priority": 10, "weight": 1},
    ]
    assert (added["from"], added["transport"], added["timeout_s"], added["registrations"]) == ("database", "udp", 4, [])
    assert (await admin.request("GET", "trunks"))[1] == {"trunks": [added]}

    status, changed, _ = await admin.request("PATCH", "trunks/carrier-a", json={"enabled": False, "timeout_s": 2.5})
    assert (status, changed["enabled"], changed["timeout_s"], changed["user"]) == (200, False, 2.5, "ann")
    assert (await admin.request("GET", "trunks/carrier-a"))[1] == changed

    assert (await admin.request("DELETE", "trunks/carrier-a"))[0] == 204
    assert (await admin.request("GET", "trunks"))[1] == {"trunks": []}
    assert (await admin.request("GET", "trunks/carrier-a"))[0] == 404
    actions = [row.action async for row in admin.services.stores.audit.rows()]
    assert [each for each in actions if each.startswith("trunk.")] == ["trunk.add", "trunk.set", "trunk.remove"]


async def test_a_password_is_never_shown(admin: Site) -> None:
    added = await admin.request("POST", "trunks", json=CARRIER)
    changed = await admin.request("PATCH", "trunks/carrier-a", json={"password": "n3w"})
    listed = await admin.request("GET", "trunks")

    assert added[1]["password_set"]
    assert all(secret not in str(told) for told in (added, changed, listed) for secret in ("s3cret", "n3w"))


async def test_how_registrations_stand_is_told(admin: Site) -> None:
    await admin.request("POST", "trunks", json=CARRIER)
    lost = TrunkRegistration("carrier-a", "node-1", 403, "Forbidden", NOON, None, "unknown device", NOON)
    await admin.services.stores.trunks.note_registrations("node-1", [lost])

    _, told, _ = await admin.request("GET", "trunks/carrier-a")

    assert told["registrations"] == [
        {
            "node": "node-1",
            "registered": False,
            "until": None,
            "code": 403,
            "reason": "Forbidden",
            "words": "unknown device",
            "at": "2026-11-23T12:00:00.123Z",
            "again_at": "2026-11-23T12:00:00.123Z",
        }
    ]


async def test_what_came_of_options_and_what_changed_is_told(admin: Site) -> None:
    silent = TrunkEvent(NOON, TrunkEventKind.SILENT, "a.example")
    told_of = TrunkReachability(NOON, (OptionsPing("a.example", NOON, 200, 12.5),), (silent,))

    async def reachability() -> Mapping[str, TrunkReachability]:
        return {"carrier-a": told_of}

    await admin.request("POST", "trunks", json=CARRIER)
    object.__setattr__(admin.services, "reachability", reachability)

    _, told, _ = await admin.request("GET", "trunks/carrier-a")

    at = "2026-11-23T12:00:00.123Z"
    assert told["reachability"] == {
        "silent_since": at,
        "round_trip_ms": 12.5,
        "options": [{"host": "a.example", "at": at, "code": 200, "round_trip_ms": 12.5}],
        "events": [{"at": at, "kind": "silent", "detail": "a.example"}],
    }


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_key_for_calls_sees_no_trunk(site: Site, method: str) -> None:
    status, problem, _ = await site.request(method, "trunks", json=CARRIER if method == "POST" else None)

    assert status == 403
    assert "--scope admin" in problem["detail"]


async def test_a_name_is_taken_once(admin: Site) -> None:
    await admin.request("POST", "trunks", json=CARRIER)

    assert (await admin.request("POST", "trunks", json=CARRIER))[0] == 409


async def test_a_trunk_of_a_file_is_changed_there(admin: Site) -> None:
    trunk = new_trunk({"name": "carrier-a", "hosts": ["a.example"]})
    await admin.services.stores.trunks.set_elsewhere(Origin.FILE, "/etc/telefoon.toml", [trunk])

    for method, body in (("PATCH", {"enabled": False}), ("DELETE", None)):
        status, problem, _ = await admin.request(method, "trunks/carrier-a", json=body)
        assert status == 409
        assert "/etc/telefoon.toml" in problem["detail"]
    assert (await admin.request("GET", "trunks/carrier-a"))[1]["from"] == "file"


WRONG: list[tuple[str, Any]] = [
    ("name", "No"), ("name", 7), ("enabled", "yes"), ("priority", 65536), ("weight", -1), ("hosts", []),
    ("hosts", ["a b"]), ("hosts", [{"host": "a", "port": 0}]), ("hosts", "a"), ("transport", "sctp"), ("sips", 1),
    ("address_family", "ipv5"), ("register_at", "all"),
    ("uri_parameters", ";"), ("outbound_proxy", "a b"), ("auth", "digest"), ("user", 'a"b'), ("password", 5),
    ("registrar", "a@b"), ("expires_s", 59), ("retry_s", 1.5), ("from_user", "a b"), ("from_host", "a:1"),
    ("keep_alive", "yes"), ("keep_alive_s", 4), ("reliable_provisionals", "on"),
    ("early_media", "yes"), ("hold", "recvonly"), ("srtp_keying", "mikey"), ("public_address", "node"),
    ("session_min_s", 89), ("session_refresher", "us"), ("rtp_source", "any"), ("ice", "full"),
    ("t38", "relay"),
    ("dtmf", "rfc2833"), ("dtmf_payload_type", 128),
    ("srtp", "on"), ("session_timers", "on"), ("session_expires_s", 5), ("redirects", "no"), ("timeout_s", 33),
    ("tls_ca", "ca.pem"), ("tls_verify", False), ("known_by", "ip"), ("digest_algorithms", "sha1"),
    ("tls_certificate", "cert.pem"), ("tls_key", 7),
    ("called", {"form": "local"}), ("called", "national"), ("caller", {"colour": "red"}), ("received", 7),
    ("emergency", "yes"), ("country", "Belgium"), ("from_is_user", "yes"),
    ("identity_header", "PAI"), ("hides_caller", 1), ("replaces", 1), ("keeps_from", "no"),
    ("follows_redirects", "no"),
    ("trusts_identity", None), ("codecs", ["GSM"]), ("codecs", "PCMA"), ("ptime_ms", 25), ("maxptime_ms", 10),
    ("max_calls_out", -1), ("max_calls_in", "2"), ("max_cps_out", 1.5), ("max_cps_in", 100_001),
    ("default_number", "025550100"), ("diversion", "yes"), ("headers", ["Via: a"]),
    ("headers", ["X-A: 1\r\nTo: b"]), ("headers", "X-A: 1"), ("received_headers", ["Route"]),
    ("received_headers", ["*"]), ("stir", "yes"), ("stir_key", "key.pem"),
    ("stir_certificate_url", "http://a.example/c.pem"), ("stir_invalid", "drop"), ("stir_missing", True),
    ("profile", "none"),
]  # fmt: skip


@pytest.mark.parametrize(("field", "value"), WRONG)
async def test_a_wrong_field_is_named(admin: Site, field: str, value: Any) -> None:
    status, problem, _ = await admin.request("POST", "trunks", json={**CARRIER, field: value})

    assert status == 422
    assert [each["field"].partition(".")[0] for each in problem["errors"]] == [field]
    assert (await admin.request("GET", "trunks"))[1] == {"trunks": []}


def test_each_field_is_tried() -> None:
    assert {field for field, _ in WRONG} == {*Trunk.table(), "profile"}


async def test_all_that_is_wrong_or_missing_is_told_at_once(admin: Site) -> None:
    status, problem, _ = await admin.request("POST", "trunks", json={"name": "a", "priorty": 1, "weight": "x"})

    assert status == 422
    assert {each["field"] for each in problem["errors"]} == {"hosts", "priorty", "weight"}


async def test_what_does_not_go_together_is_told_with_its_field(admin: Site) -> None:
    await admin.request("POST", "trunks", json={"name": "a", "hosts": ["a.example"]})

    status, problem, _ = await admin.request("PATCH", "trunks/a", json={"auth": "register"})

    assert (status, problem["errors"][0]["field"]) == (422, "user")


async def test_a_profile_fills_what_is_left_out(admin: Site) -> None:
    given = {"name": "a", "hosts": ["a.example"], "profile": "sbc-tls-options", "srtp": "optional"}

    status, added, _ = await admin.request("POST", "trunks", json=given)

    assert (status, added["transport"], added["srtp"]) == (201, "tls", "optional")


async def test_rules_for_numbers_are_given_as_text_or_field_by_field_and_shown_field_by_field(admin: Site) -> None:
    given = {"name": "a", "hosts": ["a.example"], "called": "national;country_code=32", "received": {"form": "bare"}}

    status, added, _ = await admin.request("POST", "trunks", json=given)

    assert (status, added["received"]) == (201, {"form": "bare"})
    assert added["called"] == {"form": "national", "country_code": "32"}


async def test_a_trunk_by_which_calls_may_not_go_is_refused(admin: Site) -> None:
    def refuse(_: Trunk) -> None:
        raise InvalidField("hosts", "It is outside.")

    object.__setattr__(admin.services, "require_trunk", refuse)

    status, problem, _ = await admin.request("POST", "trunks", json=CARRIER)

    assert (status, problem["errors"][0]["detail"]) == (422, "It is outside.")


async def test_a_default_number_must_be_somebodys_when_it_is_set(admin: Site) -> None:
    number, stores = "+3225550177", admin.services.stores
    refused, problem, _ = await admin.request("POST", "trunks", json={**CARRIER, "default_number": number})
    assert (refused, problem["errors"][0]["field"]) == (422, "default_number")
    assert f"telefoon numbers add {number}" in str(problem["errors"][0])

    await stores.numbers.add((await stores.accounts.ensure("demo")).id, number)

    assert (await admin.request("POST", "trunks", json={**CARRIER, "default_number": number}))[0] == 201
    assert (await admin.request("PATCH", "trunks/carrier-a", json={"default_number": "+3225550178"}))[0] == 422


async def test_a_trunk_whose_default_number_was_removed_can_be_changed_in_all_else(admin: Site) -> None:
    number, stores = "+3225550177", admin.services.stores
    await stores.numbers.add((await stores.accounts.ensure("demo")).id, number)
    await admin.request("POST", "trunks", json={**CARRIER, "default_number": number})
    await stores.numbers.remove(number)

    assert (await admin.request("PATCH", "trunks/carrier-a", json={"enabled": False}))[0] == 200
