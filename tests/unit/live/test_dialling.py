"""Dial: who is rung, what the caller hears meanwhile, who talks with whom, and what the customer is told."""

import pytest

from engine.model.call import Direction, Status
from engine.testing.node import FakeNode
from tests.unit.live.dials import AGENT, OTHER, dial, talking, told


async def test_the_dialled_call_is_a_child_of_the_callers(node: FakeNode) -> None:
    caller, agent = await talking(node, dial())

    caller.hangs_up()
    await node.settles()

    parent, child = await node.call(caller), await node.call(agent)
    assert child.parent_id == parent.id
    assert child.direction is Direction.OUTBOUND
    assert (child.from_, child.to) == (parent.from_, AGENT)


async def test_the_dialled_call_is_spoken_on_and_consented_as_the_callers(node: FakeNode) -> None:
    caller = await node.is_called(dial(timeout="15"), language="nl-BE", consent="announce", beep_s=15, record=True)
    agent = await node.invited(AGENT)

    parent, child = (await node.call(caller)).options, (await node.call(agent)).options

    assert (child.language, child.consent, child.recording_beep_s) == ("nl-BE", parent.consent, 15)
    assert (child.record, child.timeout_s, child.status_callback) == (False, 15, None)


@pytest.mark.parametrize(
    ("code", "status"),
    [
        (486, "busy"),
        (600, "busy"),
        (480, "no-answer"),
        (408, "no-answer"),
        (487, "canceled"),
        (603, "failed"),
        (404, "failed"),
        (403, "failed"),
        (500, "failed"),
        (503, "failed"),
    ],
)
async def test_a_refusal_is_told_by_its_sip_code(node: FakeNode, code: int, status: str) -> None:
    caller = await node.is_called(dial())
    agent = await node.invited(AGENT)

    agent.rings()
    agent.refuses(code, "Because")
    await caller.hears("Goodbye.")

    params = await told(node)
    assert (params["DialCallStatus"], params["DialSipResponseCode"]) == (status, str(code))
    assert params["DialBridged"] == "false"


async def test_who_does_not_answer_in_time_is_cancelled(node: FakeNode) -> None:
    caller = await node.is_called(dial(timeout="15"))
    agent = await node.invited(AGENT)
    agent.rings()

    began = node.services.clock.monotonic()
    await agent.is_hung_up()
    await caller.hears("Goodbye.")

    assert node.services.clock.monotonic() - began == pytest.approx(15, abs=0.2)
    assert (await told(node))["DialCallStatus"] == "no-answer"


async def test_a_number_that_cannot_be_called_at_all_is_told_as_failed(node: FakeNode) -> None:
    node.around.carrier.unreachable.add(AGENT)
    caller = await node.is_called(dial())

    await caller.hears("Goodbye.")

    assert (await told(node))["DialCallStatus"] == "failed"


async def test_a_caller_who_gives_up_while_it_rings_cancels_the_called_party(node: FakeNode) -> None:
    caller = await node.is_called(dial())
    agent = await node.invited(AGENT)
    agent.rings()
    await node.passes(2)

    caller.hangs_up()
    how = await agent.is_hung_up()
    await node.settles()

    assert (how.by_us, how.sip_code) == (True, 487)
    assert (await node.call(agent)).status is Status.CANCELED
    assert (await told(node))["DialCallStatus"] == "canceled"


async def test_of_several_the_first_to_answer_talks_and_the_others_are_cancelled(node: FakeNode) -> None:
    caller = await node.is_called(dial(f"<Number>{AGENT}</Number><Number>{OTHER}</Number>"))
    agent, other = await node.invited(AGENT), await node.invited(OTHER)
    agent.rings()
    other.rings()
    await node.passes(3)

    other.answers()
    await caller.talks_with(other)

    assert agent.leg.hung_up is not None
    assert (agent.leg.hung_up.by_us, agent.leg.hung_up.sip_code) == (True, 487)
    assert not caller.can_hear(agent)


async def test_of_several_that_refuse_a_busy_one_is_told(node: FakeNode) -> None:
    caller = await node.is_called(dial(f"<Number>{AGENT}</Number><Number>{OTHER}</Number>"))
    agent, other = await node.invited(AGENT), await node.invited(OTHER)

    agent.refuses(486)
    await node.passes(1)
    other.refuses(404, "Not Found")
    await caller.hears("Goodbye.")

    assert (await told(node))["DialCallStatus"] == "busy"


async def test_in_sequence_the_next_is_rung_when_the_one_before_has_refused(node: FakeNode) -> None:
    caller = await node.is_called(dial(f"<Number>{AGENT}</Number><Number>{OTHER}</Number>", sequential="true"))
    agent = await node.invited(AGENT)
    await node.passes(3)
    assert [invite.target for invite in node.around.carrier.invites] == [AGENT]

    agent.refuses(486)
    other = await node.invited(OTHER)
    other.answers()

    await caller.talks_with(other)
    other.hangs_up()
    await node.settles()
    assert [(await node.call(each)).status for each in (agent, other)] == [Status.BUSY, Status.COMPLETED]


async def test_in_sequence_nobody_else_is_rung_once_one_has_talked(node: FakeNode) -> None:
    caller, agent = await talking(node, dial(f"<Number>{AGENT}</Number><Number>{OTHER}</Number>", sequential="true"))

    agent.hangs_up()
    await caller.hears("Goodbye.")

    assert [invite.target for invite in node.around.carrier.invites] == [AGENT]


@pytest.mark.parametrize(("shown", "is_rung"), [("+3225550100", False), ("+3225552001", True), ("+3225551234", True)])
async def test_only_numbers_of_the_call_and_the_account_may_be_shown(node: FakeNode, shown: str, is_rung: bool) -> None:
    caller = await node.is_called(dial(callerId=shown), caller="+3225551234")

    if is_rung:
        await node.invited(AGENT)
    else:
        await caller.hears("Goodbye.")

    assert [invite.caller for invite in node.around.carrier.invites] == ([shown] if is_rung else [])


async def test_a_number_of_the_account_may_be_shown(node: FakeNode) -> None:
    await node.services.stores.numbers.add(node.account.id, "+3225550100")
    await node.is_called(dial(callerId="+3225550100"))
    await node.invited(AGENT)

    assert node.around.carrier.invites[0].caller == "+3225550100"


async def test_a_sip_address_that_leads_inside_is_not_dialled(node: FakeNode) -> None:
    caller = await node.is_called(dial("<Sip>sip:admin@127.0.0.1</Sip>"))

    await caller.hears("Goodbye.")
    await node.settles()

    assert node.around.carrier.invites == []
    assert (await told(node))["DialCallStatus"] == "failed"
    assert "dial" in [attempt.via for attempt in (await node.call(caller)).attempts]


async def test_a_sip_address_is_dialled_with_its_headers_and_credentials(node: FakeNode) -> None:
    await node.is_called(dial('<Sip username="u" password="p">sip:desk@93.184.216.34?x-customer=7</Sip>'))
    await node.invited("sip:desk@93.184.216.34")

    [invite] = node.around.carrier.invites
    assert (invite.user, invite.password, invite.headers) == ("u", "p", (("x-customer", "7"),))


async def test_a_client_is_dialled_at_the_registrar(node: FakeNode) -> None:
    await node.is_called(dial("<Client>anna</Client>"))
    called = await node.invited("sip:anna@registrar.example")

    assert (await node.call(called)).to == "client:anna"


async def test_the_dialled_calls_progress_is_told_of_the_events_that_were_asked_for(node: FakeNode) -> None:
    number = (
        f'<Number statusCallback="https://customer.example/progress" statusCallbackEvent="ringing completed">'
        f"{AGENT}</Number>"
    )
    caller = await node.is_called(dial(number))
    agent = await node.invited(AGENT)
    agent.rings()
    await node.passes(2)
    agent.answers()
    await caller.talks_with(agent)
    agent.hangs_up()
    await node.settles()

    told = await node.told("https://customer.example/progress")
    assert [form["CallStatus"] for form in told] == ["ringing", "completed"]


async def test_a_database_that_fails_while_dialling_is_told_as_a_failure(node: FakeNode) -> None:
    caller = await node.is_called(
        f"<Response><Pause/><Say>Wait.</Say><Dial>{AGENT}</Dial><Say>Nobody is there.</Say></Response>"
    )
    await caller.hears("Wait.")

    with node.database_failing():
        await caller.hears("Nobody is there.")

    assert node.around.carrier.invites == []


async def test_without_an_action_the_next_verb_follows(node: FakeNode) -> None:
    caller = await node.is_called(f"<Response><Dial>{AGENT}</Dial><Say>And now?</Say></Response>")
    (await node.invited(AGENT)).refuses()

    await caller.hears("And now?")


async def test_a_call_that_we_place_can_dial_too(node: FakeNode) -> None:
    first = await node.calls("+3225550333", dial())
    first.answers()
    agent = await node.invited(AGENT)
    agent.answers()

    await first.talks_with(agent)


async def test_where_the_caller_is_still_shown_the_called_number_has_diverted_the_call(node: FakeNode) -> None:
    caller = await node.is_called(dial())
    await node.invited(AGENT)

    [invite] = node.around.carrier.invites
    assert (invite.caller, invite.diverted_by) == (caller.number, (await node.call(caller)).to)


async def test_who_dials_under_a_number_of_the_account_diverts_nothing(node: FakeNode) -> None:
    caller = await node.is_called(dial(callerId="+3225552001"))
    await node.invited(AGENT)

    [invite] = node.around.carrier.invites
    assert (invite.caller, invite.diverted_by) == ((await node.call(caller)).to, "")
