"""Audio for Play: fetched once, decoded once, asked about when it is old, never beyond its room."""

import asyncio
import shutil
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp import web as http

from engine.errors import MediaError, WebhookError
from engine.model.webhook_exchange import ExchangeKind, WebhookExchange
from engine.webhooks.client import WebhookClient
from engine.webhooks.media.media_cache import MediaCache
from tests.unit.webhooks.server import CustomerServer, a_call_of

RATE_HZ = 16000
ROOM = 1000


@dataclass
class Copying:
    """A decoder whose WAVs are what came; `of` counts."""

    decoded: list[bytes] = field(default_factory=list)

    async def to_wav(self, source: Path, dest: Path, *, rate_hz: int) -> None:
        content = source.read_bytes()
        self.decoded.append(content)
        if content.startswith(b"bad"):
            raise MediaError("That is no audio.")
        shutil.copyfile(source, dest)


@dataclass
class Studio:
    """A file on the customer's server, with an ETag made of its content."""

    customer: CustomerServer
    content: bytes = b"one"
    headers: dict[str, str] = field(default_factory=dict)
    slow: asyncio.Event | None = None
    statuses: list[int] = field(default_factory=list)

    def at(self, path: str) -> str:
        return self.customer.handles(path, self.answer)

    async def answer(self, request: http.Request) -> http.Response:
        if self.slow is not None:
            await self.slow.wait()
        tag = f'"{self.content.decode()}"'
        same = request.headers.get("If-None-Match") == tag and "ETag" in self.headers
        headers = {**self.headers, **({"ETag": tag} if "ETag" in self.headers else {})}
        self.statuses.append(304 if same else 200)
        return http.Response(status=304, headers=headers) if same else http.Response(body=self.content, headers=headers)


@pytest.fixture
def studio(customer: CustomerServer) -> Studio:
    return Studio(customer)


@pytest.fixture
def decoder() -> Copying:
    return Copying()


@pytest.fixture
def cache(tmp_path: Path, decoder: Copying) -> MediaCache:
    return a_cache(tmp_path, decoder)


def a_cache(folder: Path, decoder: Copying, limit_bytes: int = ROOM, longest_s: float = 3600) -> MediaCache:
    return MediaCache(folder / "media", decoder, limit_bytes=limit_bytes, longest_s=longest_s)


async def heard(cache: MediaCache, url: str, client: WebhookClient, account: str = "AC1") -> bytes:
    """What a call of the account would play."""
    async with cache.wav(url, client.for_call(account, "CA1"), RATE_HZ) as wav:
        return wav.read_bytes()


async def test_a_fresh_file_is_not_fetched_again(
    cache: MediaCache, client: WebhookClient, studio: Studio, decoder: Copying
) -> None:
    studio.headers = {"Cache-Control": "max-age=60"}
    url = studio.at("/a.wav")
    assert [await heard(cache, url, client) for _ in range(3)] == [b"one"] * 3
    assert (studio.statuses, decoder.decoded) == ([200], [b"one"])


async def test_an_old_file_is_asked_about_and_not_sent_again(
    cache: MediaCache, client: WebhookClient, studio: Studio, decoder: Copying
) -> None:
    studio.headers = {"ETag": "", "Cache-Control": "no-cache"}
    url = studio.at("/a.wav")
    assert [await heard(cache, url, client) for _ in range(3)] == [b"one"] * 3
    assert (studio.statuses, decoder.decoded) == ([200, 304, 304], [b"one"])


async def test_a_confirmation_makes_it_fresh_again(cache: MediaCache, client: WebhookClient, studio: Studio) -> None:
    studio.headers = {"ETag": "", "Cache-Control": "max-age=0"}
    url = studio.at("/a.wav")
    await heard(cache, url, client)
    studio.headers = {"ETag": "", "Cache-Control": "max-age=60"}
    for _ in range(3):
        await heard(cache, url, client)
    assert studio.statuses == [200, 304]


async def test_a_changed_file_is_heard(
    cache: MediaCache, client: WebhookClient, studio: Studio, tmp_path: Path
) -> None:
    studio.headers = {"ETag": ""}
    url = studio.at("/a.wav")
    await heard(cache, url, client)
    studio.content = b"two"
    assert await heard(cache, url, client) == b"two"
    assert [each.read_bytes() for each in (tmp_path / "media").glob("*.wav")] == [b"two"]


async def test_without_a_word_of_the_server_it_is_fetched_each_time(
    cache: MediaCache, client: WebhookClient, studio: Studio
) -> None:
    url = studio.at("/a.wav")
    await heard(cache, url, client)
    await heard(cache, url, client)
    assert studio.statuses == [200, 200]


async def test_no_store_leaves_nothing(
    cache: MediaCache, client: WebhookClient, studio: Studio, tmp_path: Path
) -> None:
    studio.headers = {"ETag": "", "Cache-Control": "no-store"}
    url = studio.at("/a.wav")
    assert [await heard(cache, url, client) for _ in range(2)] == [b"one"] * 2
    assert studio.statuses == [200, 200]
    assert list((tmp_path / "media").iterdir()) == []


async def test_what_becomes_no_store_is_forgotten(
    cache: MediaCache, client: WebhookClient, studio: Studio, tmp_path: Path
) -> None:
    url = studio.at("/a.wav")
    await heard(cache, url, client)
    studio.headers = {"Cache-Control": "no-store"}
    await heard(cache, url, client)
    assert list((tmp_path / "media").iterdir()) == []


@pytest.mark.parametrize("control", ["max-age=60", "no-cache", ""])
async def test_calls_at_the_same_time_share_one_download(
    cache: MediaCache, client: WebhookClient, studio: Studio, decoder: Copying, control: str
) -> None:
    studio.headers, studio.slow = {"Cache-Control": control}, asyncio.Event()
    url = studio.at("/a.wav")
    calls = [asyncio.create_task(heard(cache, url, client)) for _ in range(20)]
    await asyncio.sleep(0.1)
    studio.slow.set()
    assert await asyncio.gather(*calls) == [b"one"] * 20
    assert (studio.statuses, len(decoder.decoded)) == ([200], 1)


async def test_what_may_not_be_kept_is_fetched_by_each_at_the_same_time(
    cache: MediaCache, client: WebhookClient, studio: Studio
) -> None:
    studio.headers = {"Cache-Control": "no-store"}
    url = studio.at("/a.wav")
    assert await asyncio.gather(*(heard(cache, url, client) for _ in range(5))) == [b"one"] * 5
    assert studio.statuses == [200] * 5


async def test_a_call_that_ends_does_not_take_the_file_from_the_others(
    cache: MediaCache, client: WebhookClient, studio: Studio
) -> None:
    studio.headers, studio.slow = {"Cache-Control": "max-age=60"}, asyncio.Event()
    url = studio.at("/a.wav")
    first, second = (asyncio.create_task(heard(cache, url, client)) for _ in range(2))
    await asyncio.sleep(0.05)
    first.cancel()
    studio.slow.set()
    assert await second == b"one"


async def test_a_failure_is_everybodys_who_waits_and_not_of_who_comes_later(
    cache: MediaCache, client: WebhookClient, customer: CustomerServer, studio: Studio
) -> None:
    url = customer.serves("/a.wav", "", status=503)
    results = await asyncio.gather(*(heard(cache, url, client) for _ in range(5)), return_exceptions=True)
    assert all(isinstance(each, WebhookError) for each in results)
    assert len(customer.asked) == 1
    studio.at("/a.wav")
    assert await heard(cache, url, client) == b"one"


async def test_what_is_no_audio_leaves_nothing(
    cache: MediaCache, client: WebhookClient, studio: Studio, tmp_path: Path
) -> None:
    studio.content, studio.headers = b"bad", {"Cache-Control": "max-age=60"}
    with pytest.raises(MediaError):
        await heard(cache, studio.at("/a.wav"), client)
    assert list((tmp_path / "media").iterdir()) == []


async def test_another_account_gets_its_own(cache: MediaCache, client: WebhookClient, studio: Studio) -> None:
    studio.headers = {"Cache-Control": "max-age=60"}
    url = studio.at("/a.wav")
    await heard(cache, url, client)
    await heard(cache, url, client, account="AC2")
    assert studio.statuses == [200, 200]


async def test_the_least_recently_used_makes_room(
    cache: MediaCache, client: WebhookClient, studio: Studio, tmp_path: Path
) -> None:
    studio.headers, studio.content = {"Cache-Control": "max-age=60"}, b"x" * 400
    one, two, three = (studio.at(path) for path in ("/1", "/2", "/3"))
    for url in (one, two, one, three):
        await heard(cache, url, client)
    studio.statuses.clear()
    await heard(cache, one, client)
    await heard(cache, three, client)
    assert studio.statuses == []
    await heard(cache, two, client)
    assert studio.statuses == [200]
    assert len(list((tmp_path / "media").glob("*.wav"))) == 2


async def test_a_file_that_is_being_played_is_not_removed(
    cache: MediaCache, client: WebhookClient, studio: Studio, tmp_path: Path
) -> None:
    studio.headers, studio.content = {"Cache-Control": "max-age=60"}, b"x" * 900
    async with cache.wav(studio.at("/1"), a_call_of(client), RATE_HZ) as playing:
        await heard(cache, studio.at("/2"), client)
        assert playing.read_bytes() == b"x" * 900
        studio.content, studio.headers = b"y" * 900, {}
    await heard(cache, studio.at("/3"), client)
    assert len(list((tmp_path / "media").glob("*.wav"))) == 1


async def test_a_file_that_changes_while_it_is_played_stays_until_its_end(
    cache: MediaCache, client: WebhookClient, studio: Studio, tmp_path: Path
) -> None:
    url = studio.at("/1")
    async with AsyncExitStack() as stack:
        playing = await stack.enter_async_context(cache.wav(url, a_call_of(client), RATE_HZ))
        studio.content = b"two"
        assert await heard(cache, url, client) == b"two"
        assert playing.read_bytes() == b"one"
    assert [each.read_bytes() for each in (tmp_path / "media").glob("*.wav")] == [b"two"]


async def test_too_large_for_the_room_is_played_and_not_kept(
    client: WebhookClient, studio: Studio, decoder: Copying, tmp_path: Path
) -> None:
    cache = a_cache(tmp_path, decoder, limit_bytes=0)
    studio.headers = {"Cache-Control": "max-age=60"}
    assert await heard(cache, studio.at("/1"), client) == b"one"
    assert list((tmp_path / "media").iterdir()) == []


async def test_nothing_is_believed_longer_than_the_setting_says(
    client: WebhookClient, studio: Studio, decoder: Copying, tmp_path: Path
) -> None:
    cache = a_cache(tmp_path, decoder, longest_s=0.05)
    studio.headers = {"Cache-Control": "max-age=60", "ETag": ""}
    url = studio.at("/1")
    await heard(cache, url, client)
    await asyncio.sleep(0.1)
    await heard(cache, url, client)
    assert studio.statuses == [200, 304]


async def test_the_next_process_finds_what_was_kept_and_clears_the_rest(
    cache: MediaCache, client: WebhookClient, studio: Studio, decoder: Copying, tmp_path: Path
) -> None:
    studio.headers = {"Cache-Control": "max-age=60"}
    url = studio.at("/1")
    await heard(cache, url, client)
    (tmp_path / "media" / "half.wav").write_bytes(b"half")
    (tmp_path / "media" / "broken.json").write_bytes(b"{")
    (tmp_path / "media" / "download-dead").mkdir()
    assert await heard(a_cache(tmp_path, decoder), url, client) == b"one"
    assert studio.statuses == [200]
    assert sorted(each.suffix for each in (tmp_path / "media").iterdir()) == [".json", ".wav"]


async def test_a_file_that_somebody_removed_is_fetched_again(
    cache: MediaCache, client: WebhookClient, studio: Studio, tmp_path: Path
) -> None:
    studio.headers = {"Cache-Control": "max-age=60"}
    url = studio.at("/1")
    await heard(cache, url, client)
    for wav in (tmp_path / "media").glob("*.wav"):
        wav.unlink()
    assert await heard(cache, url, client) == b"one"


async def test_downloads_are_in_the_ledger_without_their_content(
    cache: MediaCache, client: WebhookClient, studio: Studio, exchanges: list[WebhookExchange]
) -> None:
    await heard(cache, studio.at("/1"), client)
    assert [(each.kind, each.status, each.answer) for each in exchanges] == [(ExchangeKind.MEDIA, 200, "")]
