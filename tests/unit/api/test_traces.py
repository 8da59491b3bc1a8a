"""/calls/{call_id}/trace: a call's SIP messages, for keys with the scope admin."""

from dataclasses import replace
from datetime import timedelta

import pytest

from engine.diagnosis.ladder import ladder
from engine.ids import IdKind, new_id
from engine.model.accounts import CALLS_ONLY, Scope
from engine.model.call import Call, Direction
from engine.model.call_options import STANDARD
from engine.model.sip_message import SipMessage
from tests.unit.api.conftest import NUMBER, TO, Site
from tests.unit.store.samples import NOON

DIALOG = "a@192.0.2.1"
TEXT = f"INVITE sip:{TO}@198.51.100.7 SIP/2.0\r\nCall-ID: {DIALOG}\r\nCSeq: 1 INVITE\r\n\r\n"
SENT = SipMessage(NOON, True, "UDP", "192.0.2.1:5060", "198.51.100.7:5060", TEXT)


@pytest.fixture
async def admin(site: Site) -> Site:
    account = await site.services.stores.accounts.ensure("demo")
    _, site.key = await site.services.stores.accounts.create_key(account.id, CALLS_ONLY | {Scope.ADMIN})
    return site


async def call_of(site: Site, account: str, sip_call_id: str | None) -> str:
    owner = await site.services.stores.accounts.ensure(account)
    call = Call.begun(Direction.OUTBOUND, NUMBER, TO, STANDARD, account_id=owner.id, at=NOON, node="n")
    await site.services.stores.calls.add(call)
    if sip_call_id is not None:
        await site.services.stores.calls.save(replace(call, sip_call_id=sip_call_id))
    return call.id


async def test_messages_are_told_with_numbers_hidden_and_repetitions_marked(admin: Site) -> None:
    call_id = await call_of(admin, "demo", DIALOG)
    admin.trace.of[DIALOG] = [SENT, replace(SENT, at=NOON + timedelta(seconds=0.5))]

    status, body, _ = await admin.request("GET", f"calls/{call_id}/trace")

    first, again = body["messages"]
    assert (status, first["title"], first["sip_call_id"], first["sent"]) == (200, "INVITE", DIALOG, True)
    assert (first["repeated"], again["repeated"]) == (False, True)
    assert TO not in first["text"]


async def test_a_call_of_which_nothing_is_kept_has_no_messages(admin: Site) -> None:
    for sip_call_id in (None, "forgotten"):
        call_id = await call_of(admin, "demo", sip_call_id)

        assert (await admin.request("GET", f"calls/{call_id}/trace"))[1] == {"messages": []}


async def test_a_call_of_another_account_and_none_at_all_are_not_found(admin: Site) -> None:
    foreign = await call_of(admin, "other", DIALOG)

    for call_id in (foreign, new_id(IdKind.CALL)):
        assert (await admin.request("GET", f"calls/{call_id}/trace"))[0] == 404


async def test_a_key_for_calls_alone_sees_no_trace(site: Site) -> None:
    call_id = await call_of(site, "demo", DIALOG)

    assert (await site.request("GET", f"calls/{call_id}/trace"))[0] == 403


async def test_what_memory_has_forgotten_of_a_failed_call_comes_from_the_store(admin: Site) -> None:
    call_id = await call_of(admin, "demo", DIALOG)
    kept = ladder([SENT])
    await admin.services.stores.traces.add({call_id: kept}, NOON)

    (told,) = (await admin.request("GET", f"calls/{call_id}/trace"))[1]["messages"]

    assert (told["title"], told["text"]) == ("INVITE", kept[0].text)
