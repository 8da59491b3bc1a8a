"""However callers and agents come and go: everybody talks to one at most, and no wait is left open."""

from hypothesis import given
from hypothesis import strategies as st

from engine.store.queues import Queues
from engine.testing.far_end import FarEnd
from engine.testing.node import FakeNode
from tests.unit.live.running import of_some_seconds, on_a_node
from tests.unit.live.words import DONE

WAITS = f"<Response><Enqueue action='{DONE}'>support</Enqueue></Response>"
SERVES = "<Response><Dial timeout='6'><Queue>support</Queue></Dial></Response>"
MOMENTS = st.sampled_from([0.0, 0.01, 1.0, 5.0])
acts = st.lists(
    st.tuples(MOMENTS, st.sampled_from(["a caller comes", "an agent comes", "the first leaves", "the last leaves"])),
    max_size=7,
)


@of_some_seconds
@given(crossing_s=st.sampled_from([0.0, 0.02]), acts=acts)
def test_each_talks_to_one_at_most_and_every_wait_ends(crossing_s: float, acts: list[tuple[float, str]]) -> None:
    async def example(node: FakeNode) -> None:
        node.around.bridge.crossing_s = crossing_s
        people: list[FarEnd] = []
        for wait_s, what in acts:
            await node.passes(wait_s)
            match what:
                case "a caller comes":
                    people.append(await node.is_called(WAITS))
                case "an agent comes":
                    people.append(await node.is_called(SERVES))
                case "the first leaves" if people:
                    people.pop(0).hangs_up()
                case "the last leaves" if people:
                    people.pop().hangs_up()
            assert all(sum(one.can_hear(other) for other in people) <= 1 for one in people)
        await node.passes(1)
        assert all(one.can_hear(other) is other.can_hear(one) for one in people for other in people)
        for each in people:
            each.hangs_up()
        await node.settles()

        queues, _ = await Queues(node.database).of_account(node.account.id)
        assert await Queues(node.database).open_waits([queue.id for queue in queues]) == []

    on_a_node(example)
