"""Settings: every one is in config/telefoon.toml with its default, and a wrong one says what is allowed."""

import json
import re
import tomllib
from pathlib import Path

import pytest

import config
from config.errors import SettingsError
from config.settings import TABLES, Settings, SipTransport, load
from sip.config import from_settings

FILE = Path(config.__file__).with_name("telefoon.toml")
EXAMPLE = re.compile(r"^#([a-z_]+ = .*)$", re.MULTILINE)


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A settings file that TELEFOON_CONFIG names; the environment names nothing else."""
    path = tmp_path / "own.toml"
    monkeypatch.setenv("TELEFOON_CONFIG", str(path))
    monkeypatch.delenv("TELEFOON_DATA_DIR")
    return path


@pytest.mark.promise
def test_the_file_names_each_setting_once_and_no_other() -> None:
    text = FILE.read_text(encoding="utf-8")
    examples = tomllib.loads("\n".join(EXAMPLE.findall(text)))
    given = tomllib.loads(text)
    assert given.keys() | examples.keys() == Settings.model_fields.keys()
    assert not given.keys() & examples.keys()
    without_default = {name for name, field in Settings.model_fields.items() if field.get_default() is None}
    assert examples.keys() == without_default


@pytest.mark.promise
def test_the_file_gives_the_true_defaults(file: Path) -> None:
    file.write_text("", encoding="utf-8")
    defaults = load()
    file.write_bytes(FILE.read_bytes())
    assert load() == defaults


@pytest.mark.promise
def test_the_examples_of_the_file_are_allowed(file: Path) -> None:
    file.write_text(EXAMPLE.sub(r"\1", FILE.read_text(encoding="utf-8")), encoding="utf-8")
    assert load().trunk == "sip:127.0.0.1:5080;transport=udp"


@pytest.mark.promise
def test_every_setting_is_explained(file: Path) -> None:
    del file
    lines = FILE.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines):
        if re.match(r"#?[a-z_]+ = ", line):
            above = next(other for other in reversed(lines[:number]) if not re.match(r"#?[a-z_]+ = ", other))
            assert above.startswith("# "), f"nothing is said of: {line}"


def test_the_environment_wins_over_the_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text('http_port = 9000\nnode = "from-file"\nwebhook_timeout = 5\n', encoding="utf-8")
    monkeypatch.setenv("TELEFOON_HTTP_PORT", "9001")
    settings = load()
    assert (settings.http_port, settings.node, settings.webhook_timeout_s) == (9001, "from-file", 5.0)


def test_lists_are_words_and_tables_are_json_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEFOON_SIP_TRANSPORTS", "tcp, udp")
    monkeypatch.setenv("TELEFOON_SIP_ALLOW", "192.0.2.0/24 2001:db8::/32")
    monkeypatch.setenv("TELEFOON_TTS_ENGINES", '{"nl-NL": ["pico", "pyttsx3"]}')
    settings = load()
    assert settings.sip_transports == [SipTransport.TCP, SipTransport.UDP]
    assert [str(each) for each in settings.sip_allow] == ["192.0.2.0/24", "2001:db8::/32"]
    assert settings.tts_engines == {"nl-NL": ["pico", "pyttsx3"]}


def test_tables_of_the_environment_and_the_file_are_joined(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text('[tts_engines]\nnl = ["pico"]\nde = ["pico"]\n', encoding="utf-8")
    monkeypatch.setenv("TELEFOON_TTS_ENGINES", '{"de": ["pyttsx3"]}')

    settings = load()

    assert settings.tts_engines == {"nl": ["pico"], "de": ["pyttsx3"]}


def test_an_empty_variable_chooses_nothing(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text('node = "from-file"\n', encoding="utf-8")
    monkeypatch.setenv("TELEFOON_NODE", "")

    settings = load()

    assert settings.node == "from-file"


@pytest.mark.promise
def test_every_setting_that_is_a_table_is_json_in_the_environment() -> None:
    tables = {name for name, default in Settings().model_dump().items() if isinstance(default, dict)}

    assert set(TABLES) == tables


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("HTTP_PORT", "99999", "less than or equal to 65535"),
        ("HTTP_PORT", "http", "valid integer"),
        ("SIP_HOST", "192.0.2.1, 192.0.2.2", "one of IPv4 and one of IPv6"),
        ("PUBLIC_ADDRESS", "2001:db8::1 2001:db8::2", "one of IPv4 and one of IPv6"),
        ("SIP_PORT", "0", "greater than or equal to 1"),
        ("SIP_TRANSPORTS", "udp,sctp", "'udp', 'tcp' or 'tls'"),
        ("RECORDING_MASTER_KEY", "env:", "write file, file:PATH, env:NAME of a variable or kms:NAME:PLACE"),
        ("RECORDING_MASTER_KEY", "kms", "write file, file:PATH, env:NAME of a variable or kms:NAME:PLACE"),
        ("RTP_PORTS", "14000-10000", "two ports from 1024 to 65535, the lower first, such as 10000-14000"),
        ("RTP_PORTS", "10000", "such as 10000-14000"),
        ("SESSION_EXPIRES_S", "30", "greater than or equal to 90"),
        ("TRUNK", "10.0.0.1", "write a SIP URI, such as sip:127.0.0.1:5080;transport=udp"),
        ("TRUNK_SRTP", "maybe", "'off', 'optional' or 'required'"),
        ("SIP_ALLOW", "10.0.0.0/33", "valid IPv4"),
        ("WEBHOOK_TIMEOUT", "0", "greater than 0"),
        ("EGRESS_ALLOW", "lan", "valid IPv4"),
        ("MAX_CALL_SECONDS", "86401", "less than or equal to 86400"),
        ("TTS_WORKERS", "0", "greater than or equal to 1"),
        ("TTS_ESPEAK", "none", "'auto', 'system' or 'loader'"),
        ("RECOGNIZER", "siri", "write none, whisper, or an engine"),
        ("LOG_FORMAT", "xml", "'text' or 'json'"),
        ("LOG_LEVEL", "loud", "'debug', 'info', 'warning' or 'error'"),
    ],
)
def test_a_wrong_value_is_named_with_what_is_allowed(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, allowed: str
) -> None:
    monkeypatch.setenv(f"TELEFOON_{name}", value)
    with pytest.raises(SettingsError) as wrong:
        load()
    text = str(wrong.value)
    assert text.startswith(f"TELEFOON_{name} is ")
    assert re.split(r"[, ]", value)[-1] in text
    assert allowed in text


def test_all_wrong_values_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEFOON_HTTP_PORT", "0")
    monkeypatch.setenv("TELEFOON_LOG_LEVEL", "loud")
    with pytest.raises(SettingsError, match=r"TELEFOON_HTTP_PORT(.|\n)*TELEFOON_LOG_LEVEL"):
        load()


def test_settings_that_need_each_other_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEFOON_TRUNK_REGISTER", "true")
    with pytest.raises(SettingsError, match="trunk_register needs trunk, trunk_user and trunk_password"):
        load()
    monkeypatch.delenv("TELEFOON_TRUNK_REGISTER")
    monkeypatch.setenv("TELEFOON_SIP_TRANSPORTS", "tls")
    with pytest.raises(SettingsError, match="the transport tls needs tls_cert and tls_key"):
        load()
    monkeypatch.delenv("TELEFOON_SIP_TRANSPORTS")
    monkeypatch.setenv("TELEFOON_NODE_LINKS", "tls")
    with pytest.raises(SettingsError, match="node_links over tls need tls among sip_transports"):
        load()
    monkeypatch.delenv("TELEFOON_NODE_LINKS")
    monkeypatch.setenv("TELEFOON_SIP_TRANSPORTS", "tls")


def test_a_public_address_is_of_an_ip_version_on_which_the_node_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEFOON_PUBLIC_ADDRESS", "2001:db8::1")
    with pytest.raises(SettingsError, match=r"2001:db8::1 is of IPv6, of which sip_host \(127\.0\.0\.1\) has none"):
        load()
    monkeypatch.setenv("TELEFOON_SIP_HOST", "127.0.0.1, ::1")
    listening = from_settings(load()).everywhere
    assert {each.host: each.public_address for each in listening.values()} == {"127.0.0.1": None, "::1": "2001:db8::1"}


def test_a_wrong_password_setting_is_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEFOON_TRUNK_PASSWORD", "hunter2")
    monkeypatch.setenv("TELEFOON_TRUNK_REGISTER", "true")
    with pytest.raises(SettingsError) as wrong:
        load()
    assert "hunter2" not in str(wrong.value)


def test_a_table_that_is_no_json_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEFOON_TTS_ENGINES", "nl-NL=pico")
    with pytest.raises(SettingsError, match=r"tts_engines.*write a table as JSON"):
        load()


def test_a_name_in_the_file_that_is_no_setting_is_an_error(file: Path) -> None:
    file.write_text("htpp_port = 8080\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"htpp_port in .*own\.toml is no setting"):
        load()


def test_a_file_that_is_no_toml_is_an_error_that_says_where(file: Path) -> None:
    file.write_text("http_port = \n", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"own\.toml is not TOML: .*line 1"):
        load()


def test_a_file_that_is_named_must_be_there(file: Path) -> None:
    with pytest.raises(SettingsError, match=rf"TELEFOON_CONFIG is '{file}': there is no such file"):
        load()


class TestSpeechServers:
    URL = "http://10.0.0.5:8880/v1/audio/speech"

    def test_they_are_tables_by_language(self, file: Path) -> None:
        file.write_text(f'[tts_servers.nl-NL]\nurl = "{self.URL}"\nvoice = "anna"\nkey = "sesame"\n', encoding="utf-8")
        settings = load()
        server = settings.tts_servers["nl-NL"]
        assert (server.host, server.voice, server.model, server.format) == ("10.0.0.5", "anna", "tts-1", "wav")
        assert server.key is not None
        assert server.key.get_secret_value() == "sesame"
        assert "sesame" not in repr(settings)

    @pytest.mark.parametrize(
        ("fields", "told"),
        [
            ({"url": URL}, "TELEFOON_TTS_SERVERS, nl-NL, voice: Field required."),
            ({"url": "10.0.0.5", "voice": "a"}, "nl-NL, url: write the whole URL that is asked, such as http://"),
            ({"url": "http://10.0.0.5:8880", "voice": "a"}, "write the whole URL"),
            ({"url": "http://me:sesame@10.0.0.5/v1", "voice": "a"}, "write the whole URL"),
            ({"url": "http://10.0.0.5:99999/v1", "voice": "a"}, "nl-NL, url: Port out of range"),
            ({"url": URL, "voice": "a", "key": "sesame\r\nX: y"}, "nl-NL, key: write the key in ASCII"),
            ({"url": URL, "voice": "a", "key": ["sesame"]}, "nl-NL, key: Input should be a valid string"),
            ({"url": URL, "voice": "a", "format": "mp3"}, "nl-NL, format: Input should be 'wav' or 'pcm'"),
            ({"url": URL, "voice": "a", "kee": "sesame"}, "tts_servers.nl-NL.kee in "),
            ("sesame", "TELEFOON_TTS_SERVERS, nl-NL: "),
        ],
    )
    def test_a_wrong_one_is_told_without_what_may_be_its_key(
        self, monkeypatch: pytest.MonkeyPatch, fields: object, told: str
    ) -> None:
        monkeypatch.setenv("TELEFOON_TTS_SERVERS", json.dumps({"nl-NL": fields}))
        with pytest.raises(SettingsError) as wrong:
            load()
        assert told in str(wrong.value)
        assert "sesame" not in str(wrong.value)
