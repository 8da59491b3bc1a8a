"""What the REST interface leaves on the audit log, and what a key's scopes allow."""

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from engine.ids import IdKind, new_id
from engine.model.accounts import Scope
from engine.model.recording import Recording, RecordingStatus
from engine.recordings.files.wav import WavRecordingFile
from tests.unit.api.conftest import TO, Site


async def test_a_read_and_a_download_of_a_recording_are_on_it(site: Site, tmp_path: Path) -> None:
    audio = tmp_path / "one.wav"
    file = WavRecordingFile(audio, channels=1, rate_hz=8000)
    file.append(bytes(1600))
    file.close()
    account = await site.services.stores.accounts.ensure("demo")
    recording = Recording(
        new_id(IdKind.RECORDING), account.id, "call", RecordingStatus.COMPLETED, str(audio), 1, 8000,
        datetime(2026, 11, 23, tzinfo=UTC), "node-1", seconds=0.1,
    )  # fmt: skip
    await site.services.stores.recordings.add(recording)

    await site.request("GET", f"recordings/{recording.id}")
    await site.request("GET", f"recordings/{recording.id}/audio")
    await site.request("GET", f"recordings/{recording.id}/waveform")

    (key,) = await site.services.stores.accounts.keys()
    rows = [row async for row in site.services.stores.audit.rows()]
    assert [(row.actor, row.action, row.object) for row in rows] == [
        (f"key:{key.id}", "recording.read", recording.id),
        (f"key:{key.id}", "recording.download", recording.id),
        (f"key:{key.id}", "recording.waveform", recording.id),
    ]


async def a_recording(site: Site) -> Recording:
    account = await site.services.stores.accounts.ensure("demo")
    recording = Recording(
        new_id(IdKind.RECORDING), account.id, "call", RecordingStatus.COMPLETED, "/nowhere", 1, 8000,
        datetime(2026, 11, 23, tzinfo=UTC), "node-1", seconds=0.1,
    )  # fmt: skip
    await site.services.stores.recordings.add(recording)
    return recording


async def test_what_can_not_be_on_the_log_is_not_deleted(site: Site, tmp_path: Path) -> None:
    recording = await a_recording(site)
    with closing(sqlite3.connect(tmp_path / "telefoon.db")) as database:
        database.execute("DROP TABLE audit")
        database.commit()

    status, _, _ = await site.request("DELETE", f"recordings/{recording.id}")

    assert status == 503
    assert site.call_service.deleted == []


async def test_a_deletion_and_one_that_is_refused_are_on_it(site: Site) -> None:
    recording = await a_recording(site)
    site.call_service.keeps_recordings = True
    assert (await site.request("DELETE", f"recordings/{recording.id}"))[0] == 409
    site.call_service.keeps_recordings = False
    assert (await site.request("DELETE", f"recordings/{recording.id}"))[0] == 204
    assert (await site.request("DELETE", "recordings/RE0000000000000000000000000000000000"))[0] == 404

    rows = [row async for row in site.services.stores.audit.rows()]
    assert [(row.action, row.object) for row in rows] == [
        ("recording.delete", recording.id),
        ("recording.delete.refused", recording.id),
        ("recording.delete", recording.id),
    ]
    assert site.call_service.deleted == [recording.id]


async def test_orders_that_end_or_change_a_call_are_on_it_without_what_they_say(site: Site) -> None:
    _, call, _ = await site.request("POST", "calls", json={"from": "+3225550100", "to": TO})
    await site.request("PATCH", f"calls/{call['id']}", json={"digits": "1234"})
    await site.request("DELETE", f"calls/{call['id']}")

    rows = [row async for row in site.services.stores.audit.rows()]
    assert [(row.action, row.object) for row in rows] == [("call.change", call["id"]), ("call.end", call["id"])]
    assert json.loads(rows[0].facts)["fields"] == ["digits", "method"]
    assert "1234" not in rows[0].facts


async def test_a_key_for_something_else_opens_no_calls(site: Site) -> None:
    account = await site.services.stores.accounts.ensure("demo")
    _, site.key = await site.services.stores.accounts.create_key(account.id, frozenset({Scope.PRIVACY}))

    status, problem, _ = await site.request("GET", "calls")

    assert status == 403
    assert "lacks the scope calls" in problem["detail"]
