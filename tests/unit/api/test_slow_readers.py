"""Readers of events that do not read, clients that never finish TLS, and how both are told from the others."""

import ssl
from collections.abc import Sequence
from dataclasses import replace
from ipaddress import ip_address, ip_network
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from api.http.app import build_app
from api.http.connection import ClientPatience
from api.http.connection_places import ConnectionPlaces
from api.http.door import DoorLimits, HttpDoor
from api.http.listening import HttpFront, listening
from api.http.reading_pace import LEAST_BYTES, ReadingPace
from api.http.request_limits import ApiLimits, RequestLimits
from api.http.served_certificate import ServedCertificate
from config.settings import Settings
from engine.metrics.meters import Meters
from engine.metrics.table import HttpClosing
from tests.peers.certificates import make_pems
from tests.peers.ports import Ports
from tests.peers.raw_http import raw_http
from tests.peers.waiting import eventually
from tests.unit.api.conftest import Site
from tests.unit.api.test_events import a_call, note
from tests.unit.api.test_recordings import recorded
from tests.unit.rest_services import behind_a_door

STRANGER = ip_address("192.0.2.1")
PROXY = ip_address("10.0.0.1")


async def test_a_reader_of_events_that_does_not_read_is_cut_and_others_go_on(site: Site) -> None:
    call = await a_call(site)
    for _ in range(200):
        await note(site, call, "digit", text="x" * 50_000)
    meters = Meters()
    ask = f"GET /v1/voice/events?last_event_id=0 HTTP/1.1\r\nHost: node\r\nX-API-Key: {site.key}\r\n\r\n"

    with capture_logs() as lines:
        async with (
            behind_a_door(site.services, DoorLimits(patience=ClientPatience(reader_s=1.0)), meters) as port,
            raw_http(port, receives=4096) as stalled,
            raw_http(port) as reading,
        ):
            stalled.send(ask)
            reading.send(ask)
            for _ in range(200):
                await reading.reader.readuntil(b"xxx")
                await reading.reader.readuntil(b"\n\n")
            await eventually(
                lambda: any(line["event"] == "http_connections_closed" for line in lines),
                within_s=10,
                otherwise=lambda: str(lines),
            )

    told = [line for line in lines if line["event"] == "http_connections_closed"]
    assert [line["reader"] for line in told] == [1]
    assert 'telefoon_http_connections_closed_total{reason="reader"} 1' in meters.text({})
    assert [line for line in lines if line["log_level"] == "error"] == []


@pytest.mark.parametrize("kind", ["wav", "flac"])
async def test_a_download_is_open_until_its_reader_has_it_or_is_cut(site: Site, kind: str) -> None:
    noise = np.random.default_rng(3).integers(-20_000, 20_000, 10_000_000, np.int16).astype("<i2").tobytes()
    recording = await recorded(site, noise)
    ask = (
        f"GET /v1/voice/recordings/{recording.id}/audio?format={kind} HTTP/1.1\r\nHost: node\r\n"
        f"X-API-Key: {site.key}\r\nConnection: close\r\n\r\n"
    )
    services = replace(site.services, limits=RequestLimits(ApiLimits(downloads_per_account=1)))

    with capture_logs() as lines:
        async with (
            behind_a_door(services, DoorLimits(patience=ClientPatience(reader_s=2.0))) as port,
            raw_http(port, receives=4096) as stalled,
        ):
            stalled.send(ask)
            await stalled.reader.readexactly(1000)
            async with raw_http(port) as second:
                second.send(ask)
                refused, _, _ = await second.answer()
            await eventually(
                lambda: any(line["event"] == "http_connections_closed" for line in lines),
                within_s=15,
                otherwise=lambda: str(lines),
            )
            async with raw_http(port) as third:
                third.send(ask)
                whole = await third.rest(within_s=30)

    assert refused == 429
    assert whole.startswith(b"HTTP/1.1 200 OK")
    assert len(whole) > 10_000_000
    assert [line for line in lines if line["log_level"] == "error"] == []


async def test_a_handshake_that_is_never_finished_has_its_place_and_its_time(site: Site, tmp_path: Path) -> None:
    pems = make_pems(tmp_path / "pems")
    limits = DoorLimits(of_address=2, patience=ClientPatience(head_s=1.0))
    front = HttpFront(HttpDoor(limits, Meters()), ServedCertificate(pems.certificate, pems.key))
    trusting = ssl.create_default_context(cafile=str(pems.ca))
    port = Ports().one()

    async with (
        listening(build_app(site.services), Settings(http_port=port), front),
        raw_http(port) as first,
        raw_http(port) as second,
    ):
        first.send(b"\x16\x03\x01")
        async with raw_http(port) as third:
            assert await third.rest(within_s=5) == b""
        assert [await each.rest(within_s=10) for each in (first, second)] == [b"", b""]

        async with raw_http(port, ssl=trusting, server_hostname="127.0.0.1") as client:
            client.send("GET /healthz HTTP/1.1\r\nHost: node\r\n\r\n")
            assert (await client.answer())[0] == 200
            assert front.door.open_connections == 1


def test_an_address_has_its_places_and_all_have_theirs() -> None:
    places = ConnectionPlaces(in_all=3, of_source=2, trusted=(ip_network("10.0.0.0/8"),))
    for _ in range(2):
        places.take(STRANGER)

    assert places.refusal(STRANGER) is HttpClosing.ADDRESS
    assert places.refusal(PROXY) is None
    places.take(PROXY)
    assert places.refusal(PROXY) is HttpClosing.FULL
    places.leave(STRANGER)
    assert places.refusal(STRANGER) is None


def test_a_network_of_ipv6_is_one_address_and_a_proxy_is_none() -> None:
    places = ConnectionPlaces(in_all=9, of_source=1, trusted=(ip_network("10.0.0.0/8"),))
    places.take(ip_address("2001:db8::1"))
    places.take(PROXY)

    assert places.refusal(ip_address("2001:db8::2")) is HttpClosing.ADDRESS
    assert places.refusal(ip_address("2001:db8:0:1::2")) is None
    assert places.refusal(PROXY) is None


def test_a_reader_that_takes_little_is_too_slow_and_one_that_takes_enough_is_not() -> None:
    slow, steady = ReadingPace(10.0), ReadingPace(10.0)

    assert [slow.is_too_slow(second, second * 100, 1) for second in range(11)] == [False] * 10 + [True]
    assert not any(steady.is_too_slow(second, second * LEAST_BYTES // 9, 1) for second in range(100))


@given(st.lists(st.tuples(st.floats(0, 5), st.integers(0, 10**6)), max_size=50))
def test_who_has_taken_all_is_never_too_slow(looks: Sequence[tuple[float, int]]) -> None:
    pace, now_s, taken = ReadingPace(1.0), 0.0, 0
    for passed_s, more in looks:
        now_s, taken = now_s + passed_s, taken + more
        assert not pace.is_too_slow(now_s, taken, 0)
