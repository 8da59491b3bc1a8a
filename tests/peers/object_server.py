"""A real S3 server, OpenStack Swift, which may be stopped, killed and started again with what it holds."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import boto3
from botocore.config import Config

from tests.peers.ports import Ports
from tests.peers.waiting import within

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

REGION: Final = "eu-west-3"
ACCESS_KEY: Final = "telefoon:recordings"
SECRET: Final = "a-secret-of-the-tests"
BUCKET: Final = "calls"
_PROGRAM: Final = Path(__file__).with_name("swift_node.py")
_START_S: Final = 60.0
_STOP_S: Final = 20.0
_POLL_S: Final = 0.05


@dataclass(slots=True)
class ObjectServer:
    """One bucket, BUCKET, once it was started."""

    folder: Path
    port: int
    _process: asyncio.subprocess.Process | None = None

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def settings(self) -> dict[str, str]:
        """A platform's, without their prefix."""
        return {
            "RECORDING_STORE": f"s3://{BUCKET}/kept",
            "RECORDING_STORE_ENDPOINT": self.endpoint,
            "RECORDING_STORE_REGION": REGION,
            "RECORDING_STORE_ACCESS_KEY": ACCESS_KEY,
            "RECORDING_STORE_SECRET": SECRET,
        }

    def client(self, secret: str = SECRET) -> "S3Client":
        """Blocks while it is used."""
        once = Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 1})
        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id=ACCESS_KEY,
            aws_secret_access_key=secret,
            config=once,
        )

    async def start(self) -> None:
        """Until it answers."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "log").open("ab") as log:
            program = ("setpriv", "--pdeathsig", "KILL", sys.executable, "-P", str(_PROGRAM))
            self._process = await asyncio.create_subprocess_exec(
                *(*program, str(self.folder), str(self.port), REGION, ACCESS_KEY, SECRET), stdout=log, stderr=log
            )
        try:
            async with within(_START_S):
                while not await self._answers():
                    assert self._process.returncode is None, self._log()
                    await asyncio.sleep(_POLL_S)
        except TimeoutError:
            raise AssertionError(f"the object server does not answer: {self._log()}") from None
        await asyncio.to_thread(self._make_bucket)

    async def end(self) -> None:
        """At once, as a machine that fails; what it has acknowledged it holds. Safe to repeat."""
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            process.send_signal(signal.SIGKILL)
            async with within(_STOP_S):
                await process.wait()

    async def keys(self) -> set[str]:
        """The keys of all that the bucket holds."""
        return set(await asyncio.to_thread(self._keys))

    def hang(self) -> None:
        """Connections are still taken; nothing is answered."""
        assert self._process is not None, "it was not started"
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """After `hang`."""
        assert self._process is not None, "it was not started"
        self._process.send_signal(signal.SIGCONT)

    async def objects(self) -> dict[str, bytes]:
        """All that the bucket holds, by key."""
        return await asyncio.to_thread(self._objects)

    async def unfinished(self) -> list[str]:
        """The keys of uploads in parts that were begun and neither completed nor aborted."""
        found = await asyncio.to_thread(self.client().list_multipart_uploads, Bucket=BUCKET)
        return [each["Key"] for each in found.get("Uploads", [])]

    def _objects(self) -> dict[str, bytes]:
        client = self.client()
        return {key: client.get_object(Bucket=BUCKET, Key=key)["Body"].read() for key in self._keys()}

    def _keys(self) -> list[str]:
        return [each["Key"] for each in self.client().list_objects_v2(Bucket=BUCKET).get("Contents", [])]

    def _make_bucket(self) -> None:
        client = self.client()
        if BUCKET not in [each["Name"] for each in client.list_buckets()["Buckets"]]:
            client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})

    async def _answers(self) -> bool:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            return False
        writer.close()
        await writer.wait_closed()
        return True

    def _log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")[-3000:]


@asynccontextmanager
async def object_server(folder: Path, ports: Ports) -> AsyncIterator[ObjectServer]:
    """A running one with an empty bucket."""
    server = ObjectServer(folder, ports.one())
    try:
        await server.start()
        yield server
    finally:
        await server.end()
