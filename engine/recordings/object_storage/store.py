"""An S3-compatible object store: files go there, any part of them comes back.

Methods of ObjectStore but `run` block, for a bounded time a request. What the store does not do is an ObjectStoreError.
"""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import urlsplit

from engine.errors import ObjectMissing, ObjectStoreAway, ObjectStoreError, RecordingError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

CONNECT_S: Final = 3.0
ANSWER_S: Final = 10.0
"""Without a byte from the store, after which it counts as away."""
THREADS: Final = 8
_ATTEMPTS: Final = 2
"""The second heals a connection that the store closed meanwhile; whoever wants more patience has it."""
_SCHEME: Final = "s3"
_DIGEST: Final = "sha256"
_FAILING: Final = HTTPStatus.INTERNAL_SERVER_ERROR
"""From this status on it is the store's fault."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class StoreOptions:
    """`endpoint` is a URL; `prefix` stands before each name in the bucket; files over `part_bytes` go in parts."""

    bucket: str
    prefix: str
    endpoint: str
    region: str
    access_key: str
    secret: str = field(repr=False)
    path_style: bool
    part_bytes: int

    @property
    def host(self) -> str:
        return urlsplit(self.endpoint).hostname or self.endpoint


@dataclass(frozen=True, slots=True)
class ObjectContent:
    """The content that an object must have: `sha256` in hex, of these very bytes."""

    size: int
    sha256: str


class ObjectStore:
    """Objects by their URL, s3://BUCKET/KEY. Nothing is asked of it before the first method."""

    def __init__(self, options: StoreOptions) -> None:
        self.options = options
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="object-store")
        self._closed = False

    async def run(self, work: Callable[[], T]) -> T:
        """Run a job in threads of the store's own, so that a store that hangs holds up no others."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)

    def close(self) -> None:
        """Nothing is sent any more. What waits for an answer does so for ANSWER_S at most, and this does not."""
        self._closed = True
        self._pool.shutdown(wait=False, cancel_futures=True)

    def url_of(self, name: str) -> str:
        """The URL where a new object goes."""
        key = f"{self.options.prefix}/{name}" if self.options.prefix else name
        return f"{_SCHEME}://{self.options.bucket}/{key}"

    def put(self, path: Path, url: str, content: ObjectContent) -> None:
        """Upload a file, whole or in parts; what an earlier attempt left half done goes first. It is not read back."""
        from boto3.s3.transfer import TransferConfig

        self._abort(url)
        part = self.options.part_bytes
        in_turn = TransferConfig(multipart_threshold=part, multipart_chunksize=part, use_threads=False)
        bucket, key = _parsed(url)
        with self._asking():
            more = {"Metadata": {_DIGEST: content.sha256}, "ContentType": "application/octet-stream"}
            self._client.upload_file(str(path), bucket, key, ExtraArgs=more, Config=in_turn)

    def holds(self, url: str, content: ObjectContent) -> bool:
        """Whether it is there, whole: each part's SHA-256 was in its signature, which the store has checked."""
        bucket, key = _parsed(url)
        try:
            with self._asking():
                told = self._client.head_object(Bucket=bucket, Key=key)
        except ObjectMissing:
            return False
        return (told["ContentLength"], told["Metadata"].get(_DIGEST)) == (content.size, content.sha256)

    def has(self, url: str) -> bool:
        """Whether there is such an object."""
        try:
            self.size(url)
        except ObjectMissing:
            return False
        return True

    def size(self, url: str) -> int:
        """The size of an object in bytes. Raises ObjectMissing."""
        bucket, key = _parsed(url)
        with self._asking():
            return self._client.head_object(Bucket=bucket, Key=key)["ContentLength"]

    def read(self, url: str, first: int, count: int) -> bytes:
        """So many bytes from `first` on, which must be there. Raises ObjectMissing."""
        bucket, key = _parsed(url)
        with self._asking():
            told = self._client.get_object(Bucket=bucket, Key=key, Range=f"bytes={first}-{first + count - 1}")
            return told["Body"].read()

    def remove(self, url: str) -> None:
        """Remove an object, and what was begun of it; that there is none is fine."""
        bucket, key = _parsed(url)
        self._abort(url)
        with self._asking():
            self._client.delete_object(Bucket=bucket, Key=key)

    def keeps_versions(self) -> bool:
        """Whether the bucket keeps what was deleted."""
        with self._asking():
            told = self._client.get_bucket_versioning(Bucket=self.options.bucket)
        return told.get("Status") == "Enabled"

    def _abort(self, url: str) -> None:
        """Parts that belong to no object are paid for, and seen by nobody."""
        bucket, key = _parsed(url)
        with self._asking():
            begun = self._client.list_multipart_uploads(Bucket=bucket, Prefix=key).get("Uploads", [])
            for upload in begun:
                if upload["Key"] == key:
                    self._client.abort_multipart_upload(Bucket=bucket, Key=key, UploadId=upload["UploadId"])

    @cached_property
    def _client(self) -> "S3Client":
        import boto3  # it takes a quarter of a second and 40 MB, which only those pay who have a store
        from botocore.config import Config

        options = self.options
        config = Config(
            connect_timeout=CONNECT_S,
            read_timeout=ANSWER_S,
            max_pool_connections=THREADS,
            retries={"mode": "standard", "total_max_attempts": _ATTEMPTS},
            s3={"addressing_style": "path" if options.path_style else "virtual", "payload_signing_enabled": True},
            # Stores other than Amazon's know no checksums in trailers; signed payloads are checked everywhere.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        made = boto3.session.Session().client(
            "s3",
            endpoint_url=options.endpoint,
            region_name=options.region,
            aws_access_key_id=options.access_key,
            aws_secret_access_key=options.secret,
            config=config,
        )
        made.meta.events.register("before-send.s3", self._may_send)
        return made

    def _may_send(self, request: Any, **_: object) -> None:
        """The library follows a bucket to its region, which may be in a country where nothing may go."""
        if self._closed:
            raise ObjectStoreAway(
                f"The object store at {self.options.host} is asked nothing any more: the end has come."
            )
        host = urlsplit(request.url).hostname or ""
        if host != self.options.host and not host.endswith(f".{self.options.host}"):
            raise ObjectStoreError(f"The object store at {self.options.host} sends us to {host}, which is not set.")

    @contextmanager
    def _asking(self) -> Iterator[None]:
        from boto3.exceptions import Boto3Error
        from botocore import exceptions as boto

        host = self.options.host
        try:
            yield
        except ObjectStoreError:
            raise
        except boto.ClientError as error:
            raise self._refusal(error.response) from error
        except (boto.HTTPClientError, boto.ConnectionError, boto.IncompleteReadError) as error:
            raise ObjectStoreAway(f"The object store at {host} does not answer: {error}") from error
        except Boto3Error as error:
            raise self._failed_upload(error) from error
        except OSError as error:
            raise RecordingError(f"The recording can't be read: {error.strerror}.") from error
        except Exception as error:  # the library has no root of its own for what it can't make sense of
            raise ObjectStoreError(f"The object store at {host} can't be asked: {error}") from error

    def _failed_upload(self, error: Exception) -> ObjectStoreError:
        """The library wraps what was refused; why is in what it wrapped."""
        from botocore.exceptions import ClientError

        cause = error.__cause__ or error.__context__
        if isinstance(cause, ClientError):
            return self._refusal(cause.response)
        return ObjectStoreError(f"The object store at {self.options.host} took no upload: {error}")

    def _refusal(self, response: Any) -> ObjectStoreError:
        status = response["ResponseMetadata"].get("HTTPStatusCode", 0)
        code, message = response["Error"].get("Code", ""), response["Error"].get("Message", "")
        host = self.options.host
        if code in ("NoSuchKey", "404"):
            return ObjectMissing(f"The object store at {host} does not hold the recording any more.")
        if status >= _FAILING:
            return ObjectStoreAway(f"The object store at {host} fails now: {code} {message}")
        return ObjectStoreError(f"The object store at {host} refuses: {code} {message}")


def _parsed(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.netloc, parts.path.removeprefix("/")
