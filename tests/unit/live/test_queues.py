"""Queues: who waits, what they hear, who is served when, and what is told of it."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from engine.errors import NotFound, WrongState
from engine.flow.parse import parse
from engine.ids import IdKind, new_id
from engine.model.queue import Queue
from engine.store.queues import Queues
from engine.testing.far_end import FarEnd
from engine.testing.node import FakeNode
from tests.unit.live.words import DONE, element

MUSIC = "hold music"
WAIT_URL = "https://customer.example/wait"
SERVED = "https://customer.example/served"


def enqueue(name: str = "support", **attributes: str) -> str:
    return element("Response", element("Enqueue", name, **{"action": DONE, **attributes}))


def serve(inside: str = "<Queue>support</Queue>", **attributes: str) -> str:
    return element("Response", element("Dial", inside, **{"action": SERVED, **attributes}))


async def waiting(node: FakeNode, **attributes: str) -> FarEnd:
    """Somebody who waits, and hears music."""
    caller = await node.is_called(enqueue(**attributes))
    await caller.hears(MUSIC)
    return caller


def slow_to_store(node: FakeNode, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    """The database takes two seconds for it."""
    store = getattr(node.services.stores.queues, what)

    async def slowly(*given: Any) -> Any:
        await node.passes(2)
        return await store(*given)

    monkeypatch.setattr(node.services.stores.queues, what, slowly)


async def queue_id(node: FakeNode) -> str:
    [queue], _ = await Queues(node.database).of_account(node.account.id)
    return queue.id


async def test_who_waits_hears_music_and_then_the_agent(node: FakeNode) -> None:
    caller = await waiting(node)
    await node.passes(20)

    agent = await node.is_called(serve())
    await caller.talks_with(agent)

    assert caller.hears_now == set()


@pytest.mark.parametrize("who", ["caller", "agent"])
async def test_when_one_hangs_up_the_others_flow_goes_on(node: FakeNode, who: str) -> None:
    node.around.customer.documents[SERVED] = "<Response><Say>Goodbye.</Say></Response>"
    caller = await waiting(node)
    agent = await node.is_called(serve())
    await caller.talks_with(agent)
    await node.passes(10)

    leaving, staying = (caller, agent) if who == "caller" else (agent, caller)
    leaving.hangs_up()
    await staying.hears("Goodbye.")

    [params] = node.around.customer.was_asked(SERVED)
    assert (params["DialCallStatus"], params["DialCallDuration"]) == ("completed", "10")


async def test_the_result_and_the_time_waited_are_told(node: FakeNode) -> None:
    caller = await waiting(node)
    await node.passes(30)
    agent = await node.is_called(serve())
    await caller.talks_with(agent)
    await node.passes(5)
    agent.hangs_up()
    await caller.hears("Goodbye.")

    [params] = node.around.customer.was_asked(DONE)
    assert (params["QueueResult"], params["QueueTime"]) == ("bridged", "30")
    assert params["QueueSid"] == await queue_id(node)


async def test_the_talk_of_who_is_served_at_once_is_no_time_in_the_queue(node: FakeNode) -> None:
    agent = await node.is_called(serve())
    await agent.hears(MUSIC)
    caller = await node.is_called(enqueue())
    await agent.talks_with(caller)
    await node.passes(42)
    agent.hangs_up()
    await caller.hears("Goodbye.")

    [params] = node.around.customer.was_asked(DONE)
    assert (params["QueueResult"], params["QueueTime"]) == ("bridged", "0")


async def test_who_came_first_is_served_first(node: FakeNode) -> None:
    first = await waiting(node)
    await node.passes(1)
    second = await waiting(node)

    agent = await node.is_called(serve())
    await agent.talks_with(first)
    other = await node.is_called(serve())
    await other.talks_with(second)


async def test_a_higher_priority_is_served_before_a_longer_wait(node: FakeNode) -> None:
    await waiting(node)
    await node.passes(10)
    urgent = await waiting(node, priority="5")

    agent = await node.is_called(serve())

    await agent.talks_with(urgent)


async def test_an_agent_waits_for_somebody_to_come(node: FakeNode) -> None:
    agent = await node.is_called(serve())
    await agent.hears(MUSIC)
    await node.passes(20)

    caller = await node.is_called(enqueue())

    await agent.talks_with(caller)


async def test_an_agent_for_whom_nobody_comes_is_told_so(node: FakeNode) -> None:
    agent = await node.is_called(serve(timeout="15"))
    await agent.is_hung_up()

    [params] = node.around.customer.was_asked(SERVED)
    assert params["DialCallStatus"] == "no-answer"


async def test_one_caller_is_served_by_one_of_two_agents(node: FakeNode) -> None:
    agents = [await node.is_called(serve()), await node.is_called(serve())]
    caller = await node.is_called(enqueue())

    await caller.until(lambda: any(caller.can_hear(agent) for agent in agents), "talks")
    await node.passes(5)

    assert sum(caller.can_hear(agent) for agent in agents) == 1


async def test_a_full_queue_takes_nobody_in(node: FakeNode) -> None:
    await waiting(node, maxQueueSize="1")
    late = await node.is_called(enqueue(maxQueueSize="1"))
    await late.hears("Goodbye.")

    [params] = node.around.customer.was_asked(DONE)
    assert params["QueueResult"] == "queue-full"


async def test_who_hangs_up_while_waiting_is_out_of_the_queue(node: FakeNode) -> None:
    caller = await waiting(node)
    call = await node.call(caller)
    assert node.switchboard.place_in_queue(call.id) == (1, None)

    caller.hangs_up()
    await node.settles()

    assert node.switchboard.place_in_queue(call.id) is None
    [params] = node.around.customer.was_asked(DONE)
    assert params["QueueResult"] == "hangup"


async def test_the_customers_document_is_heard_again_and_again_while_waiting(node: FakeNode) -> None:
    node.around.customer.documents[WAIT_URL] = "<Response><Say>Please wait.</Say><Pause length='5'/></Response>"
    caller = await node.is_called(enqueue(waitUrl=WAIT_URL))
    await node.passes(30)

    assert caller.heard.count("Please wait.") >= 4
    assert MUSIC not in caller.heard


async def test_the_document_is_told_position_and_size(node: FakeNode) -> None:
    node.around.customer.documents[WAIT_URL] = "<Response><Say>Please wait.</Say><Pause length='5'/></Response>"
    await waiting(node)
    second = await node.is_called(enqueue(waitUrl=WAIT_URL))
    await second.hears("Please wait.")

    params = node.around.customer.was_asked(WAIT_URL)[0]
    assert (params["QueuePosition"], params["CurrentQueueSize"], params["QueueTime"]) == ("2", "2", "0")


async def test_a_document_that_leaves_ends_the_wait(node: FakeNode) -> None:
    node.around.customer.documents[WAIT_URL] = "<Response><Say>Too long.</Say><Leave/></Response>"
    caller = await node.is_called(enqueue(waitUrl=WAIT_URL))
    await caller.hears("Goodbye.")

    [params] = node.around.customer.was_asked(DONE)
    assert params["QueueResult"] == "leave"


async def test_a_document_that_cannot_be_had_is_replaced_by_music(node: FakeNode) -> None:
    caller = await node.is_called(enqueue(waitUrl=WAIT_URL))

    await caller.hears(MUSIC)

    await node.passes(1)
    assert len(await node.events(caller, "waiting_failed")) == 1


@pytest.mark.parametrize("verb", ["<Dial>+3225550111</Dial>", "<Record/>", "<Enqueue>other</Enqueue>"])
async def test_who_waits_is_not_led_elsewhere_by_what_it_hears(node: FakeNode, verb: str) -> None:
    node.around.customer.documents[WAIT_URL] = f"<Response>{verb}<Say>Please wait.</Say><Pause/></Response>"
    caller = await node.is_called(enqueue(waitUrl=WAIT_URL))
    await caller.hears("Please wait.")

    assert node.around.carrier.invites == []
    await node.passes(1)
    assert await node.events(caller, "verb_left_out") != []


async def test_the_agent_interrupts_what_is_heard_while_waiting(node: FakeNode) -> None:
    node.around.customer.documents[WAIT_URL] = (
        "<Response><Say>A long story of our house and how it was.</Say></Response>"
    )
    caller = await node.is_called(enqueue(waitUrl=WAIT_URL))
    await caller.hears("A long story")
    agent = await node.is_called(serve())

    await caller.talks_with(agent)
    await node.passes(0.1)

    assert caller.hears_now == set()


async def test_the_caller_hears_a_whisper_before_the_agent(node: FakeNode) -> None:
    node.around.customer.documents["https://customer.example/whisper"] = "<Response><Say>You are next.</Say></Response>"
    caller = await waiting(node)
    agent = await node.is_called(serve("<Queue url='https://customer.example/whisper'>support</Queue>"))

    await caller.hears("You are next.")
    assert not agent.can_hear(caller)
    await caller.talks_with(agent)

    [params] = node.around.customer.was_asked("https://customer.example/whisper")
    assert params["DequeingCallSid"] == (await node.call(agent)).id


@pytest.mark.parametrize("who", ["caller", "agent"])
async def test_who_hangs_up_during_the_whisper_leaves_the_other_to_its_flow(node: FakeNode, who: str) -> None:
    node.around.customer.documents["https://customer.example/whisper"] = "<Response><Say>You are next.</Say></Response>"
    node.around.customer.documents[SERVED] = "<Response><Say>Goodbye.</Say></Response>"
    caller = await waiting(node)
    agent = await node.is_called(serve("<Queue url='https://customer.example/whisper'>support</Queue>"))
    await caller.hears("You are next.")

    leaving, staying = (caller, agent) if who == "caller" else (agent, caller)
    leaving.hangs_up()

    await staying.hears("Goodbye.")


async def test_who_is_given_another_flow_during_the_whisper_is_not_joined_to_the_agent(node: FakeNode) -> None:
    node.around.customer.documents["https://customer.example/whisper"] = "<Response><Say>You are next.</Say></Response>"
    node.around.customer.documents[SERVED] = "<Response><Say>Goodbye.</Say></Response>"
    caller = await waiting(node)
    agent = await node.is_called(serve("<Queue url='https://customer.example/whisper'>support</Queue>"))
    await caller.hears("You are next.")

    await node.change(caller, start=parse("<Response><Say>Another matter.</Say><Pause length='60'/></Response>"))
    await caller.hears("Another matter.")
    await agent.hears("Goodbye.")

    assert caller.hears_now == {"Another matter."}
    assert not agent.can_hear(caller)


async def test_an_agent_who_is_cut_off_at_the_moment_of_serving_lets_the_caller_go_on(
    node: FakeNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    node.around.customer.documents[DONE] = "<Response><Say>Goodbye.</Say></Response>"
    caller = await waiting(node)
    slow_to_store(node, monkeypatch, "left")
    agent = await node.is_called(serve())
    await node.passes(1)

    await node.change(agent, start=parse("<Response><Pause length='60'/></Response>"))

    await caller.hears("Goodbye.")


async def test_who_is_given_another_flow_while_it_is_stored_that_it_waits_is_not_served(
    node: FakeNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow_to_store(node, monkeypatch, "entered")
    caller = await node.is_called(enqueue())
    await node.passes(1)

    await node.change(caller, start=parse("<Response><Pause length='60'/></Response>"))
    agent = await node.is_called(serve())
    await agent.hears(MUSIC)

    assert not agent.can_hear(caller)


async def test_a_limit_ends_the_talk_for_both(node: FakeNode) -> None:
    caller = await waiting(node)
    agent = await node.is_called(serve(timeLimit="30"))
    await caller.talks_with(agent)

    await caller.hears("Goodbye.")

    [params] = node.around.customer.was_asked(SERVED)
    assert params["DialCallDuration"] == "30"


async def test_who_waits_can_be_taken_out_with_another_flow(node: FakeNode) -> None:
    caller = await waiting(node)

    await node.switchboard.take_from_queue(
        node.account.id, await queue_id(node), None, parse("<Response><Say>We call you back.</Say></Response>")
    )

    await caller.hears("We call you back.")
    assert node.around.customer.was_asked(DONE) == []


async def test_one_of_several_can_be_taken_out_by_its_call(node: FakeNode) -> None:
    first, second = await waiting(node), await waiting(node)
    call = await node.call(second)

    await node.switchboard.take_from_queue(
        node.account.id, await queue_id(node), call.id, parse("<Response><Say>We call you back.</Say></Response>")
    )

    await second.hears("We call you back.")
    assert first.hears_now == {MUSIC}


async def test_nobody_can_be_taken_out_of_an_empty_queue(node: FakeNode) -> None:
    caller = await waiting(node)
    queue = await queue_id(node)
    caller.hangs_up()
    await node.settles()

    with pytest.raises(WrongState):
        await node.switchboard.take_from_queue(node.account.id, queue, None, parse("<Response/>"))


async def test_another_accounts_queue_is_not_found(node: FakeNode) -> None:
    await waiting(node)

    with pytest.raises(NotFound):
        await node.switchboard.take_from_queue("AC0", await queue_id(node), None, parse("<Response/>"))


async def test_the_wait_is_estimated_from_those_that_were_served(node: FakeNode) -> None:
    first = await waiting(node)
    await node.passes(40)
    agent = await node.is_called(serve())
    await first.talks_with(agent)
    second = await waiting(node)

    place = node.switchboard.place_in_queue((await node.call(second)).id)

    assert place is not None
    assert place[0] == 1
    assert place[1] == pytest.approx(40, abs=0.5)


async def test_a_database_that_fails_keeps_nobody_from_waiting_and_being_served(node: FakeNode) -> None:
    caller = await node.is_called(f"<Response><Say>Hello.</Say>{enqueue()[10:]}")
    agent = await node.is_called(f"<Response><Pause length='3'/><Say>Next.</Say>{serve()[10:]}")
    await caller.hears("Hello.")

    with node.database_failing():
        await caller.hears(MUSIC)
        await caller.talks_with(agent)


async def test_what_happened_in_a_queue_is_stored(node: FakeNode) -> None:
    caller = await waiting(node)
    leaving = await waiting(node)
    await node.passes(20)
    leaving.hangs_up()
    agent = await node.is_called(serve())
    await caller.talks_with(agent)
    await node.passes(1)

    figures = await Queues(node.database).figures(await queue_id(node), node.services.clock.now().replace(second=0))

    assert (figures.served, figures.hung_up) == (1, 1)
    assert figures.longest_wait_s == pytest.approx(20, abs=0.5)


async def test_a_queue_with_the_same_name_of_another_call_is_the_same_queue(node: FakeNode) -> None:
    await waiting(node)
    await waiting(node)

    assert (await Queues(node.database).of_account(node.account.id))[1] == 1


async def test_those_of_another_queue_are_not_served(node: FakeNode) -> None:
    caller = await node.is_called(enqueue("sales"))
    await caller.hears(MUSIC)
    agent = await node.is_called(serve(timeout="5"))

    await agent.is_hung_up()

    assert caller.hears_now == {MUSIC}


async def test_who_waits_stays_where_a_queue_is_renamed_and_is_served_by_its_next_name(node: FakeNode) -> None:
    caller = await waiting(node)

    renamed = await node.switchboard.rename_queue(node.account.id, await queue_id(node), "help")
    agent = await node.is_called(serve("<Queue>help</Queue>"))
    await agent.is_answered()
    await node.passes(1)

    assert renamed.friendly_name == "help"
    assert agent.can_hear(caller)


async def test_a_queue_that_another_node_has_renamed_is_found_by_its_next_name(node: FakeNode) -> None:
    caller = await waiting(node)
    queue = await node.services.stores.queues.get(await queue_id(node))
    assert queue is not None

    await Queues(node.database).rename(replace(queue, friendly_name="help"))
    await node.switchboard.follow_queues()
    agent = await node.is_called(serve("<Queue>help</Queue>"))

    await caller.talks_with(agent)


async def test_a_queue_that_another_node_has_removed_is_made_anew_for_who_comes_next(node: FakeNode) -> None:
    caller = await waiting(node)
    before = await queue_id(node)
    caller.hangs_up()
    await node.passes(1)

    assert await Queues(node.database).remove(before)
    await node.switchboard.follow_queues()
    await waiting(node)

    assert await queue_id(node) != before


async def test_two_queues_never_have_one_name(node: FakeNode) -> None:
    await waiting(node)
    first = await queue_id(node)
    other = await node.services.stores.queues.made(
        Queue(new_id(IdKind.QUEUE), node.account.id, "help", datetime(2026, 11, 30, tzinfo=UTC))
    )

    with pytest.raises(WrongState, match="another queue"):
        await node.switchboard.rename_queue(node.account.id, first, "help")
    assert (await node.switchboard.rename_queue(node.account.id, other.id, "help")).id == other.id, "its own name"


async def test_a_queue_is_removed_once_nobody_waits_and_made_anew_by_who_comes_later(node: FakeNode) -> None:
    caller = await waiting(node)
    first = await queue_id(node)
    with pytest.raises(WrongState, match="waits"):
        await node.switchboard.remove_queue(node.account.id, first)
    caller.hangs_up()
    await node.settles()

    await node.switchboard.remove_queue(node.account.id, first)
    assert await Queues(node.database).of_account(node.account.id) == ([], 0)
    await waiting(node)

    assert await queue_id(node) != first


async def test_a_queue_of_another_account_is_not_found(node: FakeNode) -> None:
    await waiting(node)
    first, nobody = await queue_id(node), new_id(IdKind.ACCOUNT)

    with pytest.raises(NotFound):
        await node.switchboard.rename_queue(nobody, first, "help")
    with pytest.raises(NotFound):
        await node.switchboard.remove_queue(nobody, first)
