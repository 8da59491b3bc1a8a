"""Queues, by the real client of programs: who waits, and who is taken out to another flow."""

from pathlib import Path

import pytest

from tests.peers.audio import tone
from tests.peers.callers import calling
from tests.peers.customer import Customer
from tests.peers.platform import platform
from tests.peers.ports import Ports
from tests.peers.twilio_client import does, refusal, twilio_client

pytestmark = pytest.mark.sip

NEXT_HZ = 1600


async def test_callers_wait_in_a_queue_and_are_taken_out_by_front_and_by_call(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    shop.flows["/start"] = "<Response><Enqueue>support</Enqueue></Response>"
    shop.flows["/next.wav"] = tone(NEXT_HZ, 20, dbov=-20).save(tmp_path / "next.wav").read_bytes()
    shop.flows["/next"] = "<Response><Play>/next.wav</Play></Response>"
    async with platform(tmp_path, ports, number={"--url": shop.url("/start")}) as telefoon:
        client = twilio_client(telefoon)
        made = await does(client.queues.create, "support")
        again = await refusal(client.queues.create, "support")
        empty = await refusal(client.queues(made.sid).members("Front").fetch)
        async with calling(telefoon, ports, 400, 700, 1000) as (first, second, third):
            await telefoon.noted(third.call_id, "queue_entered")
            whole = await does(client.queues(made.sid).fetch)
            (listed,) = await does(client.queues.list)
            waiting = await does(client.queues(made.sid).members.list)
            front = await does(client.queues(made.sid).members("Front").fetch)

            by_call = await does(
                client.queues(made.sid).members(second.call_id).update, shop.url("/next"), method="GET"
            )
            await second.ear.hears_in_all(NEXT_HZ, seconds=0.6, within_s=20)
            by_front = await does(client.queues(made.sid).members("Front").update, shop.url("/next"))
            await first.ear.hears_in_all(NEXT_HZ, seconds=0.6, within_s=20)
            (left,) = await does(client.queues(made.sid).members.list)
            gone = await refusal(client.queues(made.sid).members(first.call_id).fetch)
            kept = await refusal(client.queues(made.sid).delete)
            renamed = await does(client.queues(made.sid).update, friendly_name="help")
            await does(client.queues(made.sid).members("Front").update, shop.url("/next"))
        await does(client.queues(made.sid).delete)
        none = await does(client.queues.list)

    assert (again, empty, gone) == ((409, 20409), (404, 20404), (404, 20404))
    assert (whole.current_size, whole.friendly_name, listed.sid) == (3, "support", made.sid)
    assert [(each.call_sid, each.position) for each in waiting] == [
        (first.call_id, 1),
        (second.call_id, 2),
        (third.call_id, 3),
    ]
    assert (front.call_sid, by_call.call_sid, by_front.call_sid) == (first.call_id, second.call_id, first.call_id)
    assert (left.call_sid, left.position) == (third.call_id, 1)
    assert [each.method for each in shop.asked if each.path == "/next"] == ["GET", "POST", "POST"]
    assert kept == (409, 20409), "while somebody waits"
    assert (renamed.sid, renamed.friendly_name, none) == (made.sid, "help", [])
