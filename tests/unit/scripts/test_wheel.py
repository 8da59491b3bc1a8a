"""The wheel is one that an installer accepts (PEP 427)."""

from __future__ import annotations

import base64
import hashlib
import zipfile
from pathlib import Path

from scripts.wheel import wheel_tag, write_wheel


def test_every_file_is_recorded_with_its_hash(tmp_path: Path) -> None:
    wheel = write_wheel("thing", "1.0+local1", {"thing.py": b"x = 1\n"}, tmp_path, "A thing")

    with zipfile.ZipFile(wheel) as archive:
        record = archive.read("thing-1.0+local1.dist-info/RECORD").decode().splitlines()
        names = archive.namelist()
    digest = base64.urlsafe_b64encode(hashlib.sha256(b"x = 1\n").digest()).rstrip(b"=").decode()
    assert f"thing.py,sha256={digest},6" in record
    assert {line.split(",")[0] for line in record} == set(names)


def test_its_name_and_its_content_agree_on_the_tag(tmp_path: Path) -> None:
    wheel = write_wheel("thing", "1.0", {}, tmp_path, "A thing")

    with zipfile.ZipFile(wheel) as archive:
        text = archive.read("thing-1.0.dist-info/WHEEL").decode()
    assert wheel.name == f"thing-1.0-{wheel_tag()}.whl"
    assert f"Tag: {wheel_tag()}\n" in text
    assert "Root-Is-Purelib: false" in text
