"""Parts of an object: no more is asked for than is wanted, and more at once where all is wanted."""

import os

import pytest

from engine.errors import ObjectMissing, ObjectStoreError
from engine.recordings.object_storage.readable import ObjectReadable
from engine.recordings.object_storage.store import ObjectStore
from tests.peers.object_server import BUCKET, ObjectServer
from tests.unit.objects.conftest import options

pytestmark = [pytest.mark.processes, pytest.mark.costly("a real S3 server runs for each test")]

URL = f"s3://{BUCKET}/kept/one"
MEGA = 1024 * 1024


class Counting(ObjectStore):
    """Notes what is asked for."""

    def __init__(self, endpoint: str) -> None:
        super().__init__(options(endpoint))
        self.asked: list[tuple[int, int]] = []

    def read(self, url: str, first: int, count: int) -> bytes:
        self.asked.append((first, count))
        return super().read(url, first, count)


@pytest.fixture
def held(server: ObjectServer) -> bytes:
    content = os.urandom(8 * MEGA)
    server.client().put_object(Bucket=BUCKET, Key="kept/one", Body=content)
    return content


def test_a_part_costs_a_request_of_its_own_size(server: ObjectServer, held: bytes) -> None:
    store = Counting(server.endpoint)
    found = ObjectReadable(store, URL)

    assert found.size == len(held)
    assert found.read(5 * MEGA, 1000) == held[5 * MEGA : 5 * MEGA + 1000]
    assert found.read(100, 50) == held[100:150]
    assert found.read(110, 20) == held[110:130]
    assert found.read(len(held) - 10, 100) == held[-10:]
    assert found.read(len(held), 1) == b""
    assert store.asked == [(5 * MEGA, 1000), (100, 50), (len(held) - 10, 10)]


def test_who_reads_all_in_order_waits_for_few_requests(server: ObjectServer, held: bytes) -> None:
    store = Counting(server.endpoint)
    found = ObjectReadable(store, URL)
    step = 64 * 1024

    whole = b"".join(found.read(at, step) for at in range(0, len(held), step))

    assert whole == held
    assert len(store.asked) < 10


def test_what_is_not_there_is_told(server: ObjectServer) -> None:
    with pytest.raises(ObjectMissing, match=r"at 127\.0\.0\.1 does not hold"):
        ObjectReadable(Counting(server.endpoint), URL)


def test_nothing_is_sent_to_a_host_that_is_not_the_one_that_is_set(server: ObjectServer, held: bytes) -> None:
    store = Counting(server.endpoint)
    assert store.has(URL)
    store._client.meta.events.register_last("request-created.s3", elsewhere)

    with pytest.raises(ObjectStoreError, match=r"sends us to localhost, which is not set"):
        store.has(URL)


def elsewhere(request: object, **_: object) -> None:
    """As the library does when it follows a bucket to another region."""
    request.url = request.url.replace("127.0.0.1", "localhost")  # type: ignore[attr-defined]
