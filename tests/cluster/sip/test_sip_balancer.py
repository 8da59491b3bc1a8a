"""Calls come in by our SIP proxy (deploy/kamailio): they are spread over the nodes, and each stays on its own."""

import asyncio
import signal
from contextlib import AsyncExitStack
from typing import Final

import pytest

from tests.cluster.sip.conftest import OpenCluster, answered, caller_of
from tests.peers.customer import Customer
from tests.peers.digest import authorization, challenges
from tests.peers.platform import ACCOUNT, NUMBER, Platform, as_json
from tests.peers.ports import Ports
from tests.peers.raw_caller import HOST, RawCaller, audio
from tests.peers.scenario import (
    acks,
    answers,
    calls,
    pause,
    receives,
    scenario,
    sdp,
)  # fmt: skip
from tests.peers.sipp import sipp
from tests.peers.standing_still import standing_still
from tests.peers.waiting import within

pytestmark = pytest.mark.sip

QUIET_S: Final = 0.6
USER, PASSWORD = "pbx", "correct horse"
KNOWN_BY_PASSWORD: Final = f"""
[[trunks]]
name = "exchange"
hosts = ["192.0.2.10"]
known_by = "digest"
user = "{USER}"
password = "{PASSWORD}"
"""
RINGS: Final = "<Response><Dial answerOnBridge='true'><Sip>sip:phone@127.0.0.1:{port}</Sip></Dial></Response>"


async def test_calls_go_to_the_node_with_the_fewest_and_stay_there(open_cluster: OpenCluster) -> None:
    async with open_cluster() as cluster, AsyncExitStack() as stack:
        callers = [await answered(await stack.enter_async_context(caller_of(cluster))) for _ in range(6)]
        await cluster.has_calls(3, 3)

        for each in callers:
            assert (await each.asks_until_free(audio(40002))).code == 200
        assert await cluster.calls() == [3, 3]

        of_second = [each for each in callers if "127.0.2.2" in each.remote_target]
        for each in of_second:
            assert (await each.asks("BYE")).code == 200
        for _ in range(2):
            await answered(await stack.enter_async_context(caller_of(cluster)))
        await cluster.has_calls(3, 2)
        for each in [each for each in callers if each not in of_second]:
            assert (await each.asks("BYE")).code == 200
        await cluster.has_calls(0, 2)
        assert "cannot find load" not in cluster.proxy.log


async def test_sipp_calls_through_the_proxy_and_hangs_up(open_cluster: OpenCluster, ports: Ports) -> None:
    script = scenario(
        calls(sdp()), receives(100, optional=True), receives(180, optional=True), receives(200, keeps_route=True),
        acks(routed=True), pause(0.5), routed("BYE", 2), receives(200),
    )  # fmt: skip
    async with (
        open_cluster() as cluster,
        sipp(script, ports, target=cluster.proxy.port, keys={"ear": 40000}, calls=20, per_second=10) as far_end,
    ):
        await far_end.finishes(within_s=60)

        async with within(10):
            while sum(carried := await cluster.calls("completed")) < 20:
                await asyncio.sleep(0.05)
        assert min(carried) >= 5


async def test_an_invite_that_is_sent_again_is_one_call(open_cluster: OpenCluster) -> None:
    async with open_cluster() as cluster, caller_of(cluster) as caller:
        caller.branch = "z9hG4bK-again"
        invite = caller.written("INVITE", body=audio())
        for _ in range(3):
            caller.send(invite)
            await asyncio.sleep(0.02)
        await caller.gets(200)

        await asyncio.sleep(QUIET_S)

        assert sum([len((await each.get("calls"))["calls"]) for each in cluster.nodes]) == 1


async def test_a_cancelled_call_stops_ringing_at_its_node(
    open_cluster: OpenCluster, ports: Ports, shop: Customer
) -> None:
    phone = scenario(receives("INVITE"), answers(180, "Ringing", to_tag=True), receives("CANCEL"), answers(200, "OK"))
    async with open_cluster() as cluster, sipp(phone, ports) as ringing, caller_of(cluster) as caller:
        shop.flows["/start"] = RINGS.format(port=ringing.port)
        caller.branch = "z9hG4bK-cancelled"
        caller.request("INVITE", body=audio())
        await ringing.gets("INVITE")

        caller.request("CANCEL", number=1)

        await caller.gets(487)
        await ringing.gets("CANCEL")


async def test_a_killed_node_is_passed_over_by_the_next_callers(open_cluster: OpenCluster) -> None:
    async with open_cluster() as cluster, AsyncExitStack() as stack:
        await cluster.nodes[0].end(signal.SIGKILL)

        for _ in range(4):
            caller = await stack.enter_async_context(caller_of(cluster))
            async with within(2):
                await answered(caller)

        await cluster.has_calls(4)


async def test_a_killed_node_gets_calls_again_once_it_is_back(open_cluster: OpenCluster) -> None:
    async with open_cluster() as cluster, AsyncExitStack() as stack:
        await cluster.nodes[0].end(signal.SIGKILL)
        await answered(await stack.enter_async_context(caller_of(cluster)))
        await cluster.nodes[0].start()

        async with within(20):
            while (await cluster.calls())[0] == 0:
                await answered(await stack.enter_async_context(caller_of(cluster)))


async def test_a_call_that_a_node_takes_up_too_late_is_ended_there(open_cluster: OpenCluster) -> None:
    async with open_cluster() as cluster, caller_of(cluster) as before, caller_of(cluster) as caller:
        await answered(before)
        late, _ = cluster.nodes if "127.0.2.1" in before.remote_target else reversed(cluster.nodes)
        assert (await before.asks("BYE")).code == 200
        with standing_still(late.pid):
            await answered(caller)
        await asyncio.sleep(QUIET_S)

        async with within(10):
            while sorted(await cluster.calls()) != [0, 1]:
                await asyncio.sleep(0.05)
        newest, *_ = (await late.get("calls"))["calls"]
        assert newest["status"] == "canceled"
        assert len({each.header("to") for each in caller.seen if each.code == 200}) == 1
        assert (await caller.asks("BYE")).code == 200


async def test_a_draining_node_gets_no_calls_and_keeps_its_own(open_cluster: OpenCluster) -> None:
    async with open_cluster() as cluster, AsyncExitStack() as stack:
        before = [await answered(await stack.enter_async_context(caller_of(cluster))) for _ in range(2)]
        await cluster.has_calls(1, 1)
        await asyncio.to_thread(drain, cluster.nodes[0])

        for _ in range(4):
            await answered(await stack.enter_async_context(caller_of(cluster)))

        await cluster.has_calls(1, 5)
        for each in before:
            assert (await each.asks_until_free(audio(40002))).code == 200
            assert (await each.asks("BYE")).code == 200
        await cluster.has_calls(0, 4)


async def test_where_no_node_takes_calls_the_caller_is_told_to_come_back(open_cluster: OpenCluster) -> None:
    async with open_cluster(nodes=1) as cluster, caller_of(cluster) as caller, caller_of(cluster) as asking:
        assert (await asking.asks("OPTIONS")).code == 200
        await asyncio.to_thread(drain, cluster.nodes[0])

        refused = await caller.asks("INVITE", body=audio())
        assert (refused.code, refused.header("retry-after")) == (503, "5")
        async with within(10):
            while (await asking.asks("OPTIONS")).code != 503:
                await asyncio.sleep(0.2)


async def test_calls_outlive_a_restart_of_the_proxy(open_cluster: OpenCluster) -> None:
    async with open_cluster() as cluster, AsyncExitStack() as stack:
        callers = [await answered(await stack.enter_async_context(caller_of(cluster))) for _ in range(4)]
        await cluster.proxy.end()
        await cluster.proxy.start()

        for each in callers:
            assert (await each.asks_until_free(audio(40002))).code == 200
            assert (await each.asks("BYE")).code == 200
        await cluster.has_calls(0, 0)


async def test_a_call_that_is_asked_for_a_password_comes_back_to_the_node_that_asked(open_cluster: OpenCluster) -> None:
    elsewhere = {"SIP_ALLOW": "192.0.2.0/24"}
    opening = open_cluster(settings=elsewhere, file=KNOWN_BY_PASSWORD, defines=["WITH_STRANGERS"])
    async with opening as cluster, AsyncExitStack() as stack:
        for _ in range(4):
            await answers_challenge(await stack.enter_async_context(caller_of(cluster)))

        async with within(10):
            while sum(await cluster.calls()) < 4:
                await asyncio.sleep(0.05)


async def answers_challenge(caller: RawCaller) -> None:
    caller.branch = f"z9hG4bK-asked-{caller.port}"  # so that its ACK is known to be of that INVITE
    asked = await caller.asks("INVITE", body=audio())
    assert asked.code == 401
    caller.branch = ""
    uri = f"sip:{NUMBER}@{HOST}:{caller.target}"
    caller.request("INVITE", authorization(challenges(asked)[0], uri, USER, PASSWORD), body=audio())
    answer = await caller.gets(200)
    caller.to_tag = answer.header("to").rpartition("tag=")[2]
    caller.follow(answer)
    caller.request("ACK", number=int(answer.header("cseq").split()[0]))


def drain(node: Platform) -> None:
    key = node.telefoon("keys", "create", "--account", ACCOUNT, "--scope", "admin", "--json")
    node.telefoon("drain", "--key", as_json(key)["key"])


def routed(method: str, cseq: int) -> str:
    """A caller's request within the dialog, by the proxies that a step with `keeps_route` has heard of."""
    return acks(routed=True).replace("ACK [next_url]", f"{method} [next_url]").replace("1 ACK", f"{cseq} {method}")
