"""HAProxy with deploy/haproxy before two nodes: any of them answers, and who is gone or drains is asked nothing."""

import asyncio
import json
import os
import signal
import ssl
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from ipaddress import ip_address
from pathlib import Path

import aiohttp
import pytest
from cryptography.x509 import IPAddress

from tests.peers.certificates import make_pems
from tests.peers.cluster import Cluster, cluster
from tests.peers.platform import ACCOUNT, BASE_PATH, NUMBER, Json, Platform
from tests.peers.waiting import eventually, within

pytestmark = [pytest.mark.postgres, pytest.mark.processes]

REQUESTS = 20
QUIET_S = 62.0
"""Longer than any timeout of deploy/haproxy, for a stream of which somebody would think that nothing happens on it."""


async def until_it_sends_to(nodes: Cluster, *names: str) -> None:
    """HAProxy sends requests to these nodes, and no others."""
    await eventually(
        lambda: {name for name, up in nodes.balancer.states().items() if up} == set(names),
        within_s=15,
        otherwise=lambda: str(nodes.balancer.states()),
    )


def requests_of(nodes: Cluster) -> Counter[str]:
    """How many requests HAProxy has sent to each node."""
    rows = [line.split(",") for line in nodes.balancer.ask("show stat ready 4 -1").splitlines()]
    total = rows[0].index("stot")
    return Counter({row[1]: int(row[total]) for row in rows[1:] if len(row) > total})


async def statuses(nodes: Cluster, count: int = REQUESTS) -> Counter[int]:
    """Of so many requests, one after the other."""
    found: Counter[int] = Counter()
    for _ in range(count):
        async with nodes.front.client.get("numbers") as response:
            found[response.status] += 1
    return found


def drain(nodes: Cluster, *names: str) -> None:
    """Have nodes take no more calls, as their operator does."""
    for name in names:
        nodes.front.telefoon("nodes", "drain", name)


@asynccontextmanager
async def stream(nodes: Cluster, last: str = "") -> AsyncIterator[aiohttp.ClientResponse]:
    """A stream of events through HAProxy; `last` is the identifier of the last event that its reader has seen."""
    headers = {"Last-Event-ID": last} if last else {}
    unlimited = aiohttp.ClientTimeout(total=None)
    async with nodes.front.client.get("events", headers=headers, timeout=unlimited) as response:
        assert response.status == HTTPStatus.OK
        assert (await response.content.readline()).startswith(b":")
        yield response


async def next_event(reading: aiohttp.ClientResponse) -> tuple[str, Json]:
    """The identifier and the data of the next event on a stream."""
    identifier = ""
    async with within(30):
        async for line in reading.content:
            if line.startswith(b"id: "):
                identifier = line.decode().strip().removeprefix("id: ")
            if line.startswith(b"data: "):
                return identifier, json.loads(line.removeprefix(b"data: "))
    raise AssertionError("the stream has ended")


async def call_that_fails(node: Platform) -> None:
    """Something that happens on the account's calls: there is no trunk for this one."""
    await node.place("+3225550199", flow=[{"verb": "hangup"}])


async def test_requests_are_spread_and_each_node_answers_them() -> None:
    async with cluster() as nodes:
        await until_it_sends_to(nodes, "a", "b")
        before = requests_of(nodes)

        answered = await asyncio.gather(*(statuses(nodes, 1) for _ in range(REQUESTS)))

        served = requests_of(nodes) - before
        assert sum(answered, Counter()) == {HTTPStatus.OK: REQUESTS}
        assert min(served["a"], served["b"]) >= REQUESTS // 4


async def test_the_first_request_after_a_node_was_killed_is_answered() -> None:
    async with cluster() as nodes:
        await until_it_sends_to(nodes, "a", "b")

        await nodes.nodes[0].end(signal.SIGKILL)
        answered = await statuses(nodes)

        assert answered == {HTTPStatus.OK: REQUESTS}
        await until_it_sends_to(nodes, "b")


async def test_requests_are_answered_while_a_nodes_machine_is_silent() -> None:
    async with cluster() as nodes:
        await until_it_sends_to(nodes, "a", "b")

        with nodes.links[0].cut_from(nodes.subnet.http_balancer):
            await until_it_sends_to(nodes, "b")
            answered = await statuses(nodes)
        await until_it_sends_to(nodes, "a", "b")

        assert answered == {HTTPStatus.OK: REQUESTS}


async def settled_requests(nodes: Cluster) -> Counter[str]:
    """The requests that each node has got, once the front's own stream of events has found its node."""
    before = requests_of(nodes)
    while True:
        await asyncio.sleep(0.5)
        now = requests_of(nodes)
        if now == before:
            return now
        before = now


@asynccontextmanager
async def dying(nodes: Cluster, requests: int) -> AsyncIterator[None]:
    """Inside, the node a takes so many requests and answers none; at the end it dies, with b there for others."""
    first, _ = nodes.nodes
    await until_it_sends_to(nodes, "a", "b")
    nodes.balancer.ask("set server ready/b state maint")
    before = await settled_requests(nodes)
    os.kill(first.pid, signal.SIGSTOP)
    yield
    await eventually(
        lambda: (requests_of(nodes) - before)["a"] == requests, within_s=10, otherwise=lambda: str(requests_of(nodes))
    )
    nodes.balancer.ask("set server ready/b state ready")
    await first.end(signal.SIGKILL)


async def test_what_changes_nothing_is_asked_of_another_node_when_its_own_dies_over_it() -> None:
    async with cluster() as nodes:
        async with dying(nodes, 1):
            asking = asyncio.create_task(nodes.front.get("numbers"))

        answer = await asking

        assert len(answer["numbers"]) == 1


async def test_what_may_have_been_carried_out_is_not_sent_again_and_its_client_is_told() -> None:
    async with cluster() as nodes, aiohttp.ClientSession(nodes.front.address) as newcomer:
        await nodes.front.get("numbers")
        before = requests_of(nodes)["b"]
        async with dying(nodes, 2):
            first = asyncio.create_task(newcomer.post(f"{BASE_PATH}/numbers", data=b"{}"))
            on_a_used_connection = asyncio.create_task(nodes.front.client.post("numbers", data=b"{}"))

        async with await first as answer:
            told = await answer.json()
        # On a connection that was used before, its end tells as much (RFC 9112 §9.3.1).
        with pytest.raises(aiohttp.ServerDisconnectedError):
            await on_a_used_connection

        assert (answer.status, answer.content_type) == (HTTPStatus.BAD_GATEWAY, "application/problem+json")
        assert told["detail"] == "The node went away before it answered. See whether the request was carried out."
        assert requests_of(nodes)["b"] == before


async def test_a_node_that_drains_gets_no_more_requests_and_none_fails() -> None:
    async with cluster() as nodes:
        await until_it_sends_to(nodes, "a", "b")

        drain(nodes, "a")
        meanwhile = await statuses(nodes)
        await until_it_sends_to(nodes, "b")
        before = requests_of(nodes)
        answered = await statuses(nodes)

        served = requests_of(nodes) - before
        assert meanwhile == answered == {HTTPStatus.OK: REQUESTS}
        assert served == {"b": REQUESTS}


async def test_where_no_node_takes_calls_each_still_answers_and_says_why() -> None:
    async with cluster() as nodes:
        await until_it_sends_to(nodes, "a", "b")
        drain(nodes, "a", "b")
        await until_it_sends_to(nodes)

        answered = await statuses(nodes)
        status, problem = await nodes.front.refuses("calls", {"from": NUMBER, "to": "+3225550199"})

        assert answered == {HTTPStatus.OK: REQUESTS}
        assert status == HTTPStatus.SERVICE_UNAVAILABLE
        assert "stopping" in problem["detail"] or "drain" in problem["detail"]


async def test_where_no_node_lives_the_answer_is_a_problem_and_says_when_to_come_again() -> None:
    async with cluster() as nodes:
        for node in nodes.nodes:
            await node.end(signal.SIGKILL)

        async with nodes.front.client.get("numbers") as response:
            told = await response.json()

        assert response.status == HTTPStatus.SERVICE_UNAVAILABLE
        assert response.content_type == "application/problem+json"
        assert response.headers["Retry-After"] == "1"
        assert told["detail"] == "No node answers now. Try again in a second."


@pytest.mark.slow
async def test_a_stream_on_which_nothing_happens_is_not_cut() -> None:
    async with cluster() as nodes, stream(nodes) as reading:
        await asyncio.sleep(QUIET_S)

        await call_that_fails(nodes.nodes[0])
        _, event = await next_event(reading)

        assert event["kind"]


async def test_a_reader_whose_streams_node_dies_goes_on_at_another_where_it_was() -> None:
    async with cluster() as nodes:
        first, second = nodes.nodes
        await until_it_sends_to(nodes, "a", "b")
        nodes.balancer.ask("set server ready/b state maint")
        async with stream(nodes) as reading:
            nodes.balancer.ask("set server ready/b state ready")
            await until_it_sends_to(nodes, "a", "b")
            await call_that_fails(second)
            last, seen = await next_event(reading)

            await first.end(signal.SIGKILL)
            with pytest.raises(aiohttp.ClientPayloadError):
                await reading.content.read()
        await call_that_fails(second)
        async with stream(nodes, last) as reading:
            _, event = await next_event(reading)

        assert event["call_id"] != seen["call_id"]


async def test_nodes_go_by_the_clients_address_and_not_by_what_it_says_of_itself() -> None:
    async with cluster() as nodes:
        node = nodes.nodes[0]
        allowed = f"{nodes.subnet.outside}/32"
        key = node.telefoon("keys", "create", "--account", ACCOUNT, "--network", allowed).split()[-1]
        headers = {"X-API-Key": key}
        claimed = [f"X-Forwarded-For: {nodes.subnet.outside}", f"Forwarded: for={nodes.subnet.outside}"]
        url = f"{nodes.balancer.url}{BASE_PATH}/numbers"

        async with aiohttp.ClientSession() as client, client.get(url, headers=headers) as response:
            from_there = response.status
        curl = ["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "-H", f"X-API-Key: {key}"]
        from_elsewhere = nodes.links[1].where.run(*curl, *(part for each in claimed for part in ("-H", each)), url)

        assert from_there == HTTPStatus.OK
        assert int(from_elsewhere) in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}


async def test_what_is_of_one_node_is_not_to_be_had_through_the_balancer() -> None:
    async with cluster() as nodes, aiohttp.ClientSession() as client:
        for path in ("/metrics", f"{BASE_PATH}/drain"):
            async with client.post(f"{nodes.balancer.url}{path}") as response:
                assert response.status == HTTPStatus.NOT_FOUND
                assert "one node" in (await response.json())["detail"]


async def test_https_is_spoken_by_the_balancer_and_http_sends_clients_there(tmp_path: Path) -> None:
    # HAProxy's address is known when the cluster is made; any of its subnets is named.
    names = [IPAddress(ip_address(f"198.18.{number}.3")) for number in range(1, 255)]
    pems = make_pems(tmp_path / "pems", names=names)
    both = tmp_path / "haproxy.pem"
    both.write_bytes(pems.certificate.read_bytes() + pems.key.read_bytes())
    trusting = ssl.create_default_context(cafile=str(pems.ca))

    async with cluster(certificate=both) as nodes, aiohttp.ClientSession() as client:
        await until_it_sends_to(nodes, "a", "b")
        url, headers = f"{nodes.balancer.url}{BASE_PATH}/numbers", {"X-API-Key": nodes.front.key}
        async with client.get(url, headers=headers, ssl=trusting) as response:
            assert response.status == HTTPStatus.OK
            assert response.headers["Strict-Transport-Security"] == "max-age=31536000"
        async with client.get(url.replace("https", "http"), headers=headers, allow_redirects=False) as response:
            assert response.status == HTTPStatus.PERMANENT_REDIRECT
            assert response.headers["Location"] == url
