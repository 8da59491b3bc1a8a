"""The S3 server that the tests of the object store talk to is one: it keeps, gives parts, and forgets."""

import os
from pathlib import Path

import pytest
from boto3.s3.transfer import TransferConfig

from tests.peers.object_server import BUCKET, object_server
from tests.peers.ports import Ports

pytestmark = [pytest.mark.processes, pytest.mark.costly("a real S3 server runs for each test")]

PART = 5 * 1024 * 1024


async def test_what_it_acknowledged_outlives_its_death(tmp_path: Path) -> None:
    large = tmp_path / "large"
    large.write_bytes(os.urandom(2 * PART + 1))
    async with object_server(tmp_path / "server", Ports()) as server:
        client = server.client()
        client.put_object(Bucket=BUCKET, Key="a/small", Body=b"0123456789")
        in_parts = TransferConfig(multipart_threshold=PART, multipart_chunksize=PART, use_threads=False)
        client.upload_file(str(large), BUCKET, "a/large", Config=in_parts)
        begun = client.create_multipart_upload(Bucket=BUCKET, Key="a/begun")

        await server.end()
        await server.start()

        assert await server.objects() == {"a/small": b"0123456789", "a/large": large.read_bytes()}
        assert (
            client.get_object(Bucket=BUCKET, Key="a/large", Range="bytes=5-9")["Body"].read()
            == (large.read_bytes()[5:10])
        )
        assert await server.unfinished() == ["a/begun"]
        client.abort_multipart_upload(Bucket=BUCKET, Key="a/begun", UploadId=begun["UploadId"])
        for key in ("a/small", "a/large"):
            client.delete_object(Bucket=BUCKET, Key=key)
        assert await server.objects() == {}
        assert await server.unfinished() == []


async def test_a_wrong_secret_is_refused(tmp_path: Path) -> None:
    async with object_server(tmp_path / "server", Ports()) as server:
        client = server.client(secret="another")

        with pytest.raises(client.exceptions.ClientError, match="SignatureDoesNotMatch"):
            client.list_objects_v2(Bucket=BUCKET)
