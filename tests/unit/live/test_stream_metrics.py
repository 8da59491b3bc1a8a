"""What a node's metrics count of its streams, while they go on and once they have ended."""

from engine.ports import StreamEnded
from engine.testing.node import FakeNode
from tests.unit.live.test_streams import on_the_line, program, streamed


def counted(node: FakeNode) -> dict[str, float]:
    """The counters of streams as somebody reads them now."""
    node.services.streams.count()
    lines = (line.rsplit(" ", 1) for line in node.services.meters.text({}).splitlines() if not line.startswith("#"))
    return {name.removeprefix("telefoon_stream_"): float(value) for name, value in lines if "_stream_" in name}


SENT = 'messages_total{way="sent"}'
RECEIVED = 'messages_total{way="received"}'


async def test_what_goes_over_a_stream_is_counted_while_it_goes_on_and_once(node: FakeNode) -> None:
    caller = await on_the_line(node)
    await streamed(node, caller)
    await node.passes(1)
    program(node).counted = {"sent_messages": 50, "received_messages": 7, "underruns": 1, "dropped_ms": 400}

    running = counted(node)
    again = counted(node)
    program(node).counted |= {"sent_messages": 80, "underruns": 3}
    later = counted(node)
    caller.hangs_up()
    await node.settles()
    ended = counted(node)

    assert running == again == {SENT: 50, RECEIVED: 7, "underruns_total": 1, "dropped_seconds_total": 0.4}
    assert later == ended == {SENT: 80, RECEIVED: 7, "underruns_total": 3, "dropped_seconds_total": 0.4}


async def test_connections_of_one_stream_add_up_and_no_counter_goes_back(node: FakeNode) -> None:
    caller = await on_the_line(node)
    await streamed(node, caller, reconnect=True)
    await node.passes(1)
    program(node).counted = {"sent_messages": 50}
    read = [counted(node)[SENT]]
    program(node).happens(StreamEnded(1006, "The connection broke."))
    await node.passes(0.1)
    read.append(counted(node)[SENT])
    await node.passes(3)
    program(node).counted = {"sent_messages": 20}
    read.append(counted(node)[SENT])
    caller.hangs_up()
    await node.settles()
    read.append(counted(node)[SENT])

    assert read == [50, 50, 70, 70]


async def test_a_program_that_takes_no_farewell_is_counted_meanwhile(node: FakeNode) -> None:
    caller = await on_the_line(node)
    await streamed(node, caller)
    await node.passes(1)
    program(node).is_hung = True
    program(node).counted = {"sent_messages": 50}
    before = counted(node)[SENT]
    caller.hangs_up()
    await node.passes(0.5)
    meanwhile = counted(node)[SENT]
    await node.settles()
    await node.passes(2)

    assert [before, meanwhile, counted(node)[SENT]] == [50, 50, 50]
