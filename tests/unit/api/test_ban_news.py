"""An operator's server is told of bans: a real one, that fails at first, or for ever."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, ip_network

import pytest
from structlog.testing import capture_logs
from twilio.request_validator import RequestValidator

from api.node.ban_news import MOST_WAITING, PAUSES_S, BanNews
from engine.model.ban import BanReason, SourceBan
from engine.testing.clock import SimulatedClock
from engine.webhooks.client import WebhookClient
from engine.webhooks.signing import OneSecret, message_signature
from tests.peers.customer import Customer, customer
from tests.peers.waiting import eventually

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)


def a_ban(number: int = 7) -> SourceBan:
    source = ip_network(int(IPv4Address("198.51.0.0")) + number)
    return SourceBan(source, BanReason.INVITES, 2, NOW, NOW + timedelta(minutes=2))


class HastyClock(SimulatedClock):
    """Notes for how long it was asked to sleep, and does not."""

    def __init__(self) -> None:
        super().__init__()
        self.slept_s: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept_s.append(seconds)


@pytest.fixture
async def operator() -> AsyncIterator[Customer]:
    async with customer() as serving:
        serving.flows["/bans"] = ""
        yield serving


@asynccontextmanager
async def news_to(url: str, clock: HastyClock, secret: str = "") -> AsyncIterator[BanNews]:
    web = WebhookClient(timeout_s=5.0, allow=[ip_network("127.0.0.0/8")], keyring=OneSecret(secret))
    await web.start()
    news = BanNews(url, "node-1", web, clock)
    telling = asyncio.create_task(news.run())
    try:
        yield news
    finally:
        telling.cancel()
        with suppress(asyncio.CancelledError):
            await telling
        await web.close()


async def test_each_ban_is_told_in_a_form(operator: Customer) -> None:
    async with news_to(operator.url("/bans"), HastyClock()) as news:
        news.tell(a_ban())
        (form,) = await operator.is_asked("/bans")

    expected: Mapping[str, str] = {
        "BanSource": "198.51.0.7/32",
        "BanReason": "invites",
        "BanTimes": "2",
        "BanUntil": "Sun, 29 Nov 2026 12:02:00 +0000",
        "Timestamp": "Sun, 29 Nov 2026 12:00:00 +0000",
        "Node": "node-1",
    }
    assert form == expected


async def test_it_is_signed_with_the_operators_secret(operator: Customer) -> None:
    async with news_to(operator.url("/bans"), HastyClock(), SECRET) as news:
        news.tell(a_ban())
        await operator.is_asked("/bans")

    (asked,) = operator.asked
    headers = {name.lower(): value for name, value in asked.headers.items()}
    assert RequestValidator(SECRET).validate(operator.url("/bans"), asked.form, headers["x-twilio-signature"])
    seconds, body = int(headers["webhook-timestamp"]), asked.body.encode()
    assert headers["webhook-signature"] == message_signature(SECRET, headers["webhook-id"], seconds, body)


async def test_without_a_secret_it_is_not_signed(operator: Customer) -> None:
    async with news_to(operator.url("/bans"), HastyClock()) as news:
        news.tell(a_ban())
        await operator.is_asked("/bans")

    assert not [name for each in operator.asked for name in each.headers if "signature" in name.lower()]


async def test_a_server_that_fails_is_asked_again_and_the_next_ban_waits_for_it(operator: Customer) -> None:
    operator.failing.add("/bans")
    clock = HastyClock()
    async with news_to(operator.url("/bans"), clock) as news:
        with capture_logs() as lines:
            news.tell(a_ban(1))
            await operator.is_asked("/bans", times=len(PAUSES_S) + 1)
            await eventually(lambda: lines or None, within_s=5, otherwise=lambda: "nothing was given up")
        operator.failing.clear()
        news.tell(a_ban(2))
        forms = await operator.is_asked("/bans", times=len(PAUSES_S) + 2)

    assert clock.slept_s == list(PAUSES_S)
    assert [(each["event"], each["source"]) for each in lines] == [("ban_not_told", "198.51.0.1/32")]
    assert forms[-1]["BanSource"] == "198.51.0.2/32"


async def test_any_number_of_bans_takes_memory_for_so_many_at_most(operator: Customer) -> None:
    async with news_to(operator.url("/bans"), HastyClock()) as news:
        for number in range(MOST_WAITING + 50):
            news.tell(a_ban(number))
        forms = await operator.is_asked("/bans", times=MOST_WAITING, within_s=60)

    assert len(forms) == MOST_WAITING
    assert forms[0]["BanSource"] == "198.51.0.50/32"
