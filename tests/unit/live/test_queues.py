"""Queues: who waits, what they hear, who is served when, and what is told of it."""

import pytest

from engine.errors import NotFound, WrongState
from engine.flow.parse import parse
from engine.store.queues import Queues
from engine.testing.node import FakeNode
from tests.unit.live.queueing import MUSIC, SERVED, enqueue, queue_id, serve, slow_to_store, waiting
from tests.unit.live.words import DONE


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
