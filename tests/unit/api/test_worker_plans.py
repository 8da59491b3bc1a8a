"""How a machine is divided among its workers: names, folders, ports; and what they can't be without."""

import os
from pathlib import Path
from typing import Any

import pytest

from api.workers.plan import ProxyTls, planned, share_pepper
from config.settings import Settings
from engine.errors import SetupError
from engine.security.secrets import load_pepper


def machine(**given: Any) -> Settings:
    return Settings(**{"database_url": "postgresql+asyncpg://telefoon@/telefoon", "rtp_ports": "10000-10099", **given})


def test_each_worker_is_a_node_with_a_name_a_folder_and_ports_of_its_own() -> None:
    plan = planned(machine(node="brussels", data_dir=Path("/var/lib/telefoon")), 3)

    assert [each.name for each in plan.workers] == ["brussels-1", "brussels-2", "brussels-3"]
    assert [each.settings["DATA_DIR"] for each in plan.workers] == [
        f"/var/lib/telefoon/worker-{number}" for number in (1, 2, 3)
    ]
    assert (plan.outside_port, plan.inside_port) == (5060, 5062)
    assert [each.sip_port for each in plan.workers] == [5064, 5066, 5068]
    assert [each.http_port for each in plan.workers] == [8081, 8082, 8083]


def test_all_answer_at_one_port_of_http_and_have_the_secrets_of_the_machine() -> None:
    plan = planned(machine(data_dir=Path("/var/lib/telefoon")), 2)

    assert {each.settings["HTTP_SHARED_PORT"] for each in plan.workers} == {"8080"}
    assert {each.settings["PUBLIC_URL"] for each in plan.workers} == {"http://127.0.0.1:8080"}
    assert {each.settings["RECORDING_MASTER_KEY"] for each in plan.workers} == {"file:/var/lib/telefoon/master.key"}


def test_a_worker_that_listens_everywhere_is_found_on_loopback_by_the_others() -> None:
    (first, _) = planned(machine(http_host="0.0.0.0"), 2).workers

    assert first.settings["NODE_URL"] == "http://127.0.0.1:8081"


def test_ports_of_sound_are_shared_out_in_pairs() -> None:
    parts = [each.settings["RTP_PORTS"] for each in planned(machine(), 3).workers]

    assert parts == ["10000-10031", "10032-10063", "10064-10095"]


def test_workers_read_speech_by_their_share_of_the_readers_that_fit_the_machine_or_by_as_many_as_are_set() -> None:
    shares = [each.settings["RECOGNIZER_READERS"] for each in planned(machine(recognizer="whisper"), 8).workers]
    (each_three, _) = planned(machine(recognizer="whisper", recognizer_readers=3), 2).workers

    assert shares == ["1"] * 8, "no more than eight fit any machine"
    assert each_three.settings["RECOGNIZER_READERS"] == "3"
    assert "RECOGNIZER_READERS" not in planned(machine(), 2).workers[0].settings


def test_each_worker_has_cores_of_its_own_and_speech_has_all_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1, 2, 3, 8})

    plan = planned(machine(), 2)

    assert [each.settings["CORES"] for each in plan.workers] == ["0, 1", "2, 3, 8"]
    assert {each.settings["SPEECH_CORES"] for each in plan.workers} == {"0, 1, 2, 3, 8"}


def test_more_workers_than_cores_run_on_all_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1})

    assert [each.settings["CORES"] for each in planned(machine(), 3).workers] == ["0, 1"] * 3


def test_workers_run_where_the_settings_say() -> None:
    (first, _) = planned(machine(cores="any", speech_cores="0"), 2).workers

    assert first.settings.keys().isdisjoint({"CORES", "SPEECH_CORES"}), "those of the machine's settings hold"


def test_workers_believe_the_proxy_before_them_beside_those_that_are_set() -> None:
    (first, _) = planned(machine(sip_host="192.0.2.7", sip_proxies="10.0.0.5/32"), 2).workers

    assert first.settings["SIP_PROXIES"] == "10.0.0.5/32, 192.0.2.7"


def test_the_proxy_speaks_tls_for_workers_which_speak_to_it_by_udp_and_tcp() -> None:
    given = {"tls_cert": "/tls/cert.pem", "tls_key": "/tls/key.pem", "tls_ca": "/tls/ca.pem"}
    plan = planned(machine(sip_transports="udp, tcp, tls", **given), 2)

    assert plan.tls == ProxyTls(Path("/tls/cert.pem"), Path("/tls/key.pem"), Path("/tls/ca.pem"))
    assert {each.settings["SIP_TRANSPORTS"] for each in plan.workers} == {"udp, tcp"}
    assert planned(machine(**given), 2).tls is None


def test_workers_speak_tls_themselves_where_their_rooms_are_linked_over_it() -> None:
    given = {"sip_transports": "udp, tls", "tls_cert": "a.pem", "tls_key": "b.pem", "node_links": "tls"}

    assert {each.settings["SIP_TRANSPORTS"] for each in planned(machine(**given), 2).workers} == {"udp, tls"}


def test_workers_of_two_ip_versions_believe_the_proxy_at_either() -> None:
    plan = planned(machine(sip_host="192.0.2.7, 2001:db8::7", public_address="198.51.100.7"), 2)

    assert plan.hosts == ("192.0.2.7", "2001:db8::7")
    assert plan.advertised == ("198.51.100.7",)
    assert {each.settings["SIP_PROXIES"] for each in plan.workers} == {"192.0.2.7, 2001:db8::7"}


def test_workers_whose_clients_come_over_tls_answer_each_other_on_loopback_alone() -> None:
    settings = machine(http_host="192.0.2.7", http_tls_cert="a.pem", http_tls_key="b.pem")
    (first, _) = planned(settings, 2).workers

    assert first.settings["NODE_URL"] == "http://127.0.0.1:8081"
    assert first.settings["PUBLIC_URL"] == "https://192.0.2.7:8080"


def test_a_worker_has_no_workers() -> None:
    assert {each.settings["WORKERS"] for each in planned(machine(), 2).workers} == {"1"}


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"database_url": ""}, "must be PostgreSQL"),
        ({"rtp_ports": "10000-10003"}, "too few ports for 2 workers"),
        ({"sip_host": "0.0.0.0"}, "name this machine's address in TELEFOON_SIP_HOST, not 0.0.0.0"),
        ({"sip_host": "192.0.2.7, ::"}, "not ::"),
        ({"sip_transports": "tls", "tls_cert": "a.pem", "tls_key": "b.pem"}, "called by UDP"),
    ],
)
def test_what_workers_cannot_be_without_is_told(given: dict[str, Any], told: str) -> None:
    with pytest.raises(SetupError, match=told):
        planned(machine(**given), 2)


def test_workers_have_one_pepper_also_when_they_start_again(tmp_path: Path) -> None:
    pepper = load_pepper(tmp_path)
    workers = planned(machine(data_dir=tmp_path), 2).workers

    for each in (*workers, *workers):
        share_pepper(each)

    assert [load_pepper(each.folder) for each in workers] == [pepper, pepper]
