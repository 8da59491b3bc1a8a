"""Calls that a client asks for: from the order to their end."""

import pytest

from engine.errors import InvalidField, NotFound, StoreError
from engine.flow.next_step import HttpMethod
from engine.flow.parse import parse
from engine.flow.written import WrittenFlow
from engine.live.orders import NewCall
from engine.model.call import Direction, Status
from engine.model.call_options import CallOptions, NumberOptions
from engine.model.consent import ConsentChoice, ConsentPolicy
from engine.model.sip_headers import Header
from engine.testing.node import OUR_NUMBER, FakeNode
from tests.unit.live.words import BEEP, NOTICE, QUESTION

TO = "+3225550333"
STAYS = "<Response><Say>Hello.</Say><Pause length='600'/></Response>"
TOLD = "https://customer.example/status"


async def test_the_flow_begins_when_the_called_party_answers(node: FakeNode) -> None:
    called = await node.calls(TO, STAYS)
    called.rings()
    await node.passes(5)
    assert called.heard == []

    called.answers()

    await called.hears("Hello.")


async def test_the_invite_shows_our_number_and_goes_to_the_one_that_was_asked_for(node: FakeNode) -> None:
    called = await node.calls(TO, STAYS)

    [invite] = node.around.carrier.invites
    call = await node.call(called)
    assert (invite.target, invite.caller, invite.call_id) == (TO, OUR_NUMBER, call.id)
    assert call.direction is Direction.OUTBOUND


@pytest.mark.parametrize(
    ("code", "status"),
    [
        (486, Status.BUSY),
        (600, Status.BUSY),
        (480, Status.NO_ANSWER),
        (408, Status.NO_ANSWER),
        (487, Status.CANCELED),
        (603, Status.FAILED),
        (404, Status.FAILED),
        (401, Status.FAILED),
        (488, Status.FAILED),
        (503, Status.FAILED),
    ],
)
async def test_a_refused_call_tells_its_status_and_who_said_what(node: FakeNode, code: int, status: Status) -> None:
    called = await node.calls(TO, STAYS)
    called.rings()

    called.refuses(code, "Because")
    await node.settles()

    call = await node.call(called)
    assert call.status is status
    assert (call.sip_code, call.sip_reason) == (code, "Because")
    assert call.attempts[0].said == f"{code} Because"


@pytest.mark.parametrize("timeout_s", [5, 30, 60])
async def test_a_call_rings_no_longer_than_was_asked_for(node: FakeNode, timeout_s: int) -> None:
    called = await node.calls(TO, STAYS, timeout_s=timeout_s)
    called.rings()

    await called.is_hung_up()
    await node.settles()

    assert node.services.clock.monotonic() == pytest.approx(timeout_s, abs=0.2)
    assert (await node.call(called)).status is Status.NO_ANSWER


async def test_a_call_that_cannot_be_sent_fails_and_says_why(node: FakeNode) -> None:
    node.around.carrier.unreachable.add(TO)

    call = await node.switchboard.place(NewCall(node.account.id, TO, OUR_NUMBER, flow=WrittenFlow.read(STAYS)))
    await node.settles()

    stored = await node.services.ledger.calls.get(call.id)
    assert stored is not None
    assert stored.status is Status.FAILED
    assert "no trunk" in stored.attempts[0].said


async def test_a_call_that_cannot_be_stored_is_not_placed(node: FakeNode) -> None:
    with node.database_failing(), pytest.raises(StoreError):
        await node.switchboard.place(NewCall(node.account.id, TO, OUR_NUMBER, flow=WrittenFlow.read(STAYS)))

    assert node.around.carrier.invites == []
    assert node.switchboard.live_calls == 0


@pytest.mark.parametrize("answered", [False, True])
async def test_a_call_is_ended_by_its_client(node: FakeNode, answered: bool) -> None:
    called = await node.calls(TO, STAYS)
    if answered:
        called.answers()
        await called.hears("Hello.")
    call = await node.call(called)

    await node.switchboard.end(node.account.id, call.id)

    assert called.is_over
    assert (await node.call(called)).status is (Status.COMPLETED if answered else Status.CANCELED)


async def test_a_call_that_is_ended_before_its_invite_is_never_sent(node: FakeNode) -> None:
    call = await node.switchboard.place(NewCall(node.account.id, TO, OUR_NUMBER, flow=WrittenFlow.read(STAYS)))

    await node.switchboard.end(node.account.id, call.id)
    await node.settles()

    stored = await node.services.ledger.calls.get(call.id)
    assert stored is not None
    assert stored.status is Status.CANCELED
    assert node.around.carrier.invites == []


async def test_ending_a_call_that_is_over_changes_nothing(node: FakeNode) -> None:
    called = await node.calls(TO, STAYS)
    called.refuses()
    await node.settles()
    call = await node.call(called)

    await node.switchboard.end(node.account.id, call.id)

    assert await node.call(called) == call


async def test_an_unknown_call_cannot_be_ended(node: FakeNode) -> None:
    with pytest.raises(NotFound):
        await node.switchboard.end(node.account.id, "CA0")


async def test_an_answer_that_crosses_our_cancel_is_hung_up(node: FakeNode) -> None:
    node.around.carrier.network_s = 0.2
    called = await node.calls(TO, STAYS, timeout_s=5)
    called.rings()
    await node.passes(5.1)

    called.answers()
    await node.settles()

    assert called.is_over
    assert (await node.call(called)).status in (Status.COMPLETED, Status.NO_ANSWER)
    assert called.heard == []


async def test_without_a_flow_the_call_stays_until_somebody_ends_it(node: FakeNode) -> None:
    called = await node.calls(TO)
    called.answers()
    await node.passes(300)
    assert not called.is_over

    called.hangs_up()
    await node.settles()

    assert (await node.call(called)).status is Status.COMPLETED


async def test_each_status_is_told_to_the_customer_in_order(node: FakeNode) -> None:
    called = await node.calls(TO, STAYS, status_callback=TOLD)
    called.rings()
    await node.passes(1)
    called.answers()
    await called.hears("Hello.")
    called.hangs_up()
    await node.settles()

    told = await node.told(TOLD)
    assert [form["CallStatus"] for form in told] == ["queued", "ringing", "in-progress", "completed"]
    assert [form["SequenceNumber"] for form in told] == ["0", "1", "2", "3"]


@pytest.mark.parametrize("language", ["nl-BE", "fr-FR", "en-GB"])
async def test_the_apology_is_in_the_language_of_the_order(node: FakeNode, language: str) -> None:
    flow = "<Response><Redirect>https://customer.example/none</Redirect></Response>"
    called = await node.calls(TO, flow, language=language)
    called.answers()

    await called.is_hung_up()

    begins = {"nl-BE": "Sorry, er", "fr-FR": "Désolé", "en-GB": "Sorry, there"}[language]
    assert called.heard[0].startswith(begins)


async def test_what_an_order_leaves_open_is_as_its_number_has_chosen(node: FakeNode) -> None:
    chosen = NumberOptions(language="nl-BE", consent=ConsentChoice(ConsentPolicy.PRESS), recording_beep_s=15)
    await node.services.stores.numbers.add(node.account.id, OUR_NUMBER, chosen)

    called = await node.calls(TO, STAYS, recording_beep_s=0)

    options = (await node.call(called)).options
    assert (options.language, options.consent, options.recording_beep_s) == (
        "nl-BE",
        ConsentChoice(ConsentPolicy.PRESS),
        0,
    )


async def test_a_recorded_order_records_from_the_answer_on_after_consent(node: FakeNode) -> None:
    called = await node.calls(TO, STAYS, record=True, consent="press-to-consent")
    called.answers()
    await called.hears(QUESTION)
    called.presses("1")
    await called.hears("Hello.")
    await node.passes(10)
    called.hangs_up()
    await node.settles()

    [recording] = await node.recordings()
    assert recording.seconds_of(called) == pytest.approx(10, abs=0.1)
    assert BEEP not in called.heard


async def test_both_urls_of_an_order_are_requested_by_their_methods(node: FakeNode) -> None:
    url, spare = "https://customer.example/order", "https://customer.example/spare"
    node.around.customer.documents[spare] = STAYS

    called = await node.calls(
        TO, url=url, method=HttpMethod.GET, fallback_url=spare, fallback_method=HttpMethod.GET, timeout_s=5
    )
    called.answers()

    await called.hears("Hello.")
    asked = [(each.url, each.method) for each in node.around.customer.asked]
    assert asked == [(url, "GET"), (spare, "GET")]


async def test_an_order_without_a_flow_goes_by_both_urls_of_its_number(node: FakeNode) -> None:
    url, spare = "https://customer.example/number", "https://customer.example/number/spare"
    node.around.customer.documents[spare] = STAYS
    await node.services.stores.numbers.add(
        node.account.id, OUR_NUMBER, url=url, method="GET", fallback_url=spare, fallback_method="GET"
    )

    called = await node.calls(TO)
    called.answers()

    await called.hears("Hello.")
    call = await node.call(called)
    assert (call.url, call.method, call.fallback_url, call.fallback_method) == (url, "GET", spare, "GET")
    assert [(each.url, each.method) for each in node.around.customer.asked] == [(url, "GET"), (spare, "GET")]


async def test_the_fallback_of_an_order_goes_before_that_of_its_number(node: FakeNode) -> None:
    own = "https://customer.example/own"
    node.around.customer.documents[own] = STAYS
    await node.services.stores.numbers.add(
        node.account.id, OUR_NUMBER, url="https://customer.example/gone", fallback_url="https://customer.example/spare"
    )

    called = await node.calls(TO, fallback_url=own)
    called.answers()

    await called.hears("Hello.")


async def test_an_inline_flow_that_fails_gives_way_to_the_fallback(node: FakeNode) -> None:
    spare = "https://customer.example/spare"
    node.around.customer.documents[spare] = STAYS

    called = await node.calls(
        TO, "<Response><Redirect>https://customer.example/gone</Redirect></Response>", fallback_url=spare
    )
    called.answers()

    await called.hears("Hello.")


async def test_a_call_talks_no_longer_than_its_order_allows(node: FakeNode) -> None:
    called = await node.calls(TO, STAYS, time_limit_s=40)
    called.rings()
    await node.passes(20)
    called.answers()
    answered_s = node.services.clock.monotonic()

    await called.is_hung_up()
    await node.settles()

    assert node.services.clock.monotonic() - answered_s == pytest.approx(40, abs=0.5)
    [event] = await node.events(called, "time_limit")
    assert event.facts == {"seconds": 40}
    assert (await node.call(called)).status is Status.COMPLETED


async def test_keys_of_an_order_are_sent_before_its_flow_and_before_its_recording_is_told(node: FakeNode) -> None:
    called = await node.calls(TO, STAYS, send_digits="wW12w#", record=True)
    called.answers()
    await node.passes(1.9)
    assert (called.leg.pressed, called.heard) == ("12", [])

    await called.hears("Hello.")

    assert (called.leg.pressed, called.heard[0]) == ("12#", NOTICE)


async def test_another_flow_in_its_place_sends_the_keys_of_the_order_no_second_time(node: FakeNode) -> None:
    called = await node.calls(TO, STAYS, send_digits="12")
    called.answers()
    await called.hears("Hello.")

    await node.change(called, start=parse("<Response><Say>Another.</Say></Response>"))

    await called.hears("Another.")
    assert called.leg.pressed == "12"


async def test_who_hangs_up_while_keys_are_sent_hears_nothing_more(node: FakeNode) -> None:
    called = await node.calls(TO, STAYS, send_digits="WWWWWW1")
    called.answers()
    await node.passes(2)

    called.hangs_up()
    await node.settles()

    assert (called.leg.pressed, called.heard) == ("", [])


async def test_the_name_of_an_order_is_shown_and_not_by_the_calls_that_its_flow_dials(node: FakeNode) -> None:
    called = await node.calls(TO, "<Response><Dial>+3225550444</Dial></Response>", caller_name="Bakkerij Zoë")
    called.answers()
    await node.invited("+3225550444")

    assert [invite.display_name for invite in node.around.carrier.invites] == ["Bakkerij Zoë", ""]


DESK = "sip:desk@93.184.216.34"
HEADERS = (("X-Order", "7"),)


async def test_a_sip_address_is_called_with_its_headers_and_credentials(node: FakeNode) -> None:
    await node.calls(DESK, STAYS, sip_username="u", sip_password="p", sip_headers=HEADERS)

    [invite] = node.around.carrier.invites
    assert (invite.user, invite.password, invite.headers) == ("u", "p", HEADERS)
    assert not invite.reachable("example.com", "127.0.0.1")


async def test_a_client_is_called_at_the_registrar(node: FakeNode) -> None:
    order = NewCall(node.account.id, "client:anna", OUR_NUMBER, options=CallOptions(sip_headers=HEADERS))

    call = await node.switchboard.place(order)
    await node.invited("sip:anna@registrar.example")

    [invite] = node.around.carrier.invites
    assert (call.to, invite.headers) == ("client:anna", HEADERS)


@pytest.mark.parametrize(
    ("to", "headers", "field"),
    [
        ("sip:admin@127.0.0.1", (), "to"),
        ("sip:", (), "to"),
        (DESK, (("P-Asserted-Identity", "<sip:+3225550111@example.com>"),), "sip_headers"),
    ],
)
async def test_a_sip_address_that_may_not_be_called_so_is_refused(
    node: FakeNode, to: str, headers: tuple[Header, ...], field: str
) -> None:
    order = NewCall(node.account.id, to, OUR_NUMBER, options=CallOptions(sip_headers=headers))

    with pytest.raises(InvalidField) as refused:
        await node.switchboard.place(order)

    assert refused.value.field == field
    assert node.around.carrier.invites == []


async def test_the_own_number_may_be_told_in_a_header(node: FakeNode) -> None:
    told = (("P-Asserted-Identity", f"<sip:{OUR_NUMBER}@example.com>"),)

    await node.calls(DESK, STAYS, sip_headers=told)

    assert node.around.carrier.invites[0].headers == told
