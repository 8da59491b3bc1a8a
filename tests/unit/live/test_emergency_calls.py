"""Calls to emergency numbers: refused unless a trunk is marked for them, and then past every limit."""

import pytest
from structlog.testing import capture_logs

from engine.errors import EmergencyRefused, InvalidField, NoSpace, Overloaded
from engine.live.admission.control import AdmissionControl
from engine.live.orders import NewCall, Transfer, TransferMode
from engine.metrics.meters import Meters
from engine.model.trunk import new_trunk
from engine.ports import Queued
from engine.recordings.disk_space import DiskSpace
from engine.testing.node import OUR_NUMBER, FakeNode
from tests.unit.live.dials import AGENT, dial, talking, told

STAYS = "<Response><Pause length='60'/></Response>"


@pytest.fixture
async def marked(node: FakeNode) -> FakeNode:
    await node.services.stores.trunks.add(new_trunk({"name": "rescue", "hosts": ["192.0.2.9"], "emergency": True}))
    return node


def order(node: FakeNode, to: str) -> NewCall:
    return NewCall(node.account.id, to, OUR_NUMBER)


@pytest.mark.parametrize("called", ["112", "101", "+32112"])
async def test_it_is_refused_by_the_field_unless_a_trunk_is_marked(node: FakeNode, called: str) -> None:
    await node.services.stores.trunks.add(new_trunk({"name": "plain", "hosts": ["192.0.2.8"]}))

    with capture_logs() as lines, pytest.raises(EmergencyRefused, match="does not carry emergency calls") as refused:
        await node.switchboard.place(order(node, called))

    assert refused.value.field == "to"
    assert [(line["event"], line["log_level"]) for line in lines] == [("emergency_call_refused", "warning")]
    assert node.around.carrier.invites == []


@pytest.mark.parametrize("called", ["112", "+32112"])
async def test_it_goes_out_as_it_is_dialled_with_an_event_and_a_warning(marked: FakeNode, called: str) -> None:
    with capture_logs() as lines:
        await marked.switchboard.place(order(marked, called))
        far_end = await marked.invited("112")

    assert marked.around.carrier.invites[0].emergency
    assert [event.facts for event in await marked.events(far_end, "emergency_call")] == [
        {"number": "112", "carried": True}
    ]
    assert [line["log_level"] for line in lines if line["event"] == "emergency_call"] == ["warning"]


async def test_it_passes_a_node_that_takes_no_calls(marked: FakeNode, monkeypatch: pytest.MonkeyPatch) -> None:
    late = AdmissionControl(marked.services.clock, Meters(), commands=lambda: Queued(1000, 60.0))
    object.__setattr__(marked.services, "admission", late)

    def full(_: DiskSpace) -> None:
        raise NoSpace("The disk is full.")

    with pytest.raises(Overloaded):
        await marked.switchboard.place(order(marked, AGENT))
    monkeypatch.setattr(DiskSpace, "require", full)

    await marked.switchboard.place(order(marked, "112"))

    await marked.invited("112")


async def test_another_countrys_number_is_an_emergency_only_for_a_caller_from_there(marked: FakeNode) -> None:
    with pytest.raises(InvalidField, match="is no telephone number"):
        await marked.switchboard.place(order(marked, "999"))

    await marked.switchboard.place(NewCall(marked.account.id, "999", "+442071838750"))

    await marked.invited("999")


async def test_a_flow_that_dials_it_fails_and_the_call_says_why(node: FakeNode) -> None:
    caller = await node.is_called(dial("112"))

    await caller.hears("Goodbye.")
    assert (await told(node))["DialCallStatus"] == "failed"
    await node.settles()
    assert [event.facts for event in await node.events(caller, "emergency_call")] == [
        {"number": "112", "carried": False}
    ]
    [attempt] = (await node.call(caller)).attempts
    assert "does not carry emergency calls" in attempt.said


async def test_a_flow_dials_it_by_the_marked_trunk(marked: FakeNode) -> None:
    await marked.is_called(dial("112"))

    far_end = await marked.invited("112")

    assert marked.around.carrier.invites[0].emergency
    assert (await marked.call(far_end)).to == "112"


async def test_a_transfer_to_it_is_refused_and_the_two_talk_on(node: FakeNode) -> None:
    caller, agent = await talking(node)

    with pytest.raises(InvalidField, match="does not carry emergency calls") as refused:
        await node.change(caller, transfer=Transfer("112", TransferMode.BLIND, 30))

    assert refused.value.field == "transfer.to"
    await caller.talks_with(agent)


async def test_a_call_is_transferred_to_it(marked: FakeNode) -> None:
    caller, _ = await talking(marked)

    await marked.change(caller, transfer=Transfer("112", TransferMode.BLIND, 30))
    await marked.invited("112")

    assert marked.around.carrier.invites[-1].emergency


async def test_it_is_not_reached_by_a_sip_address_at_a_trunk(marked: FakeNode) -> None:
    caller = await marked.is_called(dial("<Sip>sip:112@192.0.2.9</Sip>"))

    await caller.hears("Goodbye.")
    assert (await told(marked))["DialCallStatus"] == "failed"
    assert marked.around.carrier.invites == []


async def test_an_extension_of_that_number_elsewhere_is_called(marked: FakeNode) -> None:
    await marked.is_called(dial("<Sip>sip:112@pbx.example</Sip>"))

    await marked.invited("sip:112@pbx.example")

    assert not marked.around.carrier.invites[0].emergency
