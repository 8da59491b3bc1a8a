"""However people come, go, agree and withdraw: a recorded conference holds nobody against their will."""

from hypothesis import given
from hypothesis import strategies as st

from engine.model.conference import ConferenceStatus
from engine.model.consent import Given
from engine.testing.far_end import FarEnd
from engine.testing.node import FakeNode
from tests.unit.live.conferences import conference
from tests.unit.live.running import of_some_seconds, on_a_node

MOMENTS = st.sampled_from([0.0, 0.02, 1.0, 9.0])
acts = st.lists(
    st.tuples(
        MOMENTS,
        st.sampled_from(["comes", "agrees", "refuses", "withdraws", "leaves", "is muted"]),
        st.integers(0, 2),
    ),
    min_size=2,
    max_size=8,
)


async def act(node: FakeNode, people: list[FarEnd], what: str, who: FarEnd | None, consent: str) -> None:
    """Do one thing; nobody does anything who is not there."""
    match what:
        case "comes" if len(people) < 4:
            flow = conference(record="record-from-start", statusCallback="")
            people.append(await node.is_called(flow, consent=consent))
        case "agrees" if who:
            who.presses("1")
        case "refuses" if who:
            who.presses("2")
        case "withdraws" if who:
            who.presses("*0")
        case "leaves" if who:
            who.hangs_up()
        case "is muted" if who:
            who.falls_silent()


@of_some_seconds
@given(consents=st.lists(st.sampled_from(["announce", "press-to-consent"]), min_size=4, max_size=4), acts=acts)
def test_nobody_is_in_the_mix_without_consent_and_every_room_ends(
    consents: list[str], acts: list[tuple[float, str, int]]
) -> None:
    async def example(node: FakeNode) -> None:
        people: list[FarEnd] = []
        for wait_s, what, at in acts:
            await act(node, people, what, people[at] if at < len(people) else None, consents[len(people) % 4])
            await node.passes(wait_s)
        await node.passes(20)
        for each in people:
            each.hangs_up()
        await node.settles()

        recordings = await node.recordings()
        for each in people:
            records = await node.consents(each)
            lawful_s = 0.0
            if any(record.given is Given.YES for record in records):
                began = next(record.at for record in records if record.given is Given.YES)
                ended = next((record.at for record in records if record.given is Given.WITHDRAWN), None)
                lawful_s = ((ended or node.services.clock.now()) - began).total_seconds()
            assert sum(recording.seconds_of(each) for recording in recordings) <= lawful_s + 0.001
        open_rooms = await node.services.stores.conferences.open_on(node.services.node)
        assert {room.status for room in open_rooms} <= {ConferenceStatus.INIT}
        await node.passes(25 * 3600)
        await node.switchboard.conferences.close_unvisited_now()
        assert await node.services.stores.conferences.open_on(node.services.node) == []

    on_a_node(example)
