"""The master key outside this machine: in a PKCS #11 token, and in a key service that does not answer."""

import asyncio
from pathlib import Path

import pytest

from tests.peers import key_service
from tests.peers.audio import Sound, hears, tone
from tests.peers.callers import calling
from tests.peers.consent import ASKS_NOBODY
from tests.peers.customer import Customer
from tests.peers.phone import phone
from tests.peers.platform import Json, Platform, as_json, platform, prepared
from tests.peers.ports import Ports
from tests.peers.softhsm import PIN, pin_file, softhsm
from tests.peers.spoken import is_told, said

pytestmark = pytest.mark.sip

HZ = 600
GOES_ON = "The call goes on."


async def downloaded(telefoon: Platform, recording: Json) -> bytes:
    async with telefoon.client.get(f"recordings/{recording['id']}/audio") as response:
        assert response.ok, await response.text()
        return await response.read()


async def test_a_token_seals_what_is_recorded_and_its_key_is_exchanged_beside_a_node_that_serves(
    tmp_path: Path, ports: Ports, monkeypatch: pytest.MonkeyPatch
) -> None:
    hsm, trunk = softhsm(tmp_path / "tokens"), ports.one()
    hsm.add_token("phone-hsm")
    for name, value in hsm.environment.items():
        monkeypatch.setenv(name, value)
    place = f"kms:pkcs11:{hsm.place('phone-hsm', f'file:{pin_file(tmp_path)}')}"
    settings = {"TRUNK": f"sip:127.0.0.1:{trunk}", "CODECS": "PCMA", "RECORDING_MASTER_KEY": place}
    voice = tone(HZ, 10).save(tmp_path / "voice.wav")
    async with platform(tmp_path, ports, settings) as telefoon:
        async with phone("--play", str(voice), "--hang-up-after", "6", port=trunk):
            call = await telefoon.place("+3225550199", record=True, consent=ASKS_NOBODY)
            await telefoon.ended_call(call["id"])
        recording, wav = await telefoon.recording(tmp_path, call_id=call["id"])
        first = (await telefoon.diagnosis())["Master key"]

        told = as_json(await asyncio.to_thread(telefoon.telefoon, "keys", "rotate-master", "--json"))

        second = (await telefoon.diagnosis())["Master key"]
        after = await downloaded(telefoon, recording)
        await telefoon.end()
        await telefoon.start()
        anew = await downloaded(telefoon, recording)
        log = telefoon.log()

    assert hears(Sound.of_file(wav, 1), HZ, seconds=1)
    assert after == anew == wav.read_bytes()
    assert told["accounts"] == 1
    assert (first["ok"], second["ok"]) == (True, True)
    assert first["detail"].startswith("telefoon-1-")
    assert second["detail"] == f"{told['master']} is at hand"
    assert told["master"].startswith("telefoon-2-")
    assert not (tmp_path / "var" / "master.key").exists()
    assert "master_key_made" in log
    assert PIN not in log


async def test_a_key_service_that_hangs_costs_a_call_its_recording_and_nothing_else(
    tmp_path: Path, ports: Ports, shop: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(await asyncio.to_thread(key_service.installed, tmp_path)))
    shop.flows["/start"] = f'<Response><Start><Recording/></Start><Say>{GOES_ON}</Say><Pause length="30"/></Response>'
    settings = {"RECORDING_MASTER_KEY": f"kms:stuck:{tmp_path / 'vault.key'}"}
    number = {"--url": shop.url("/start"), "--consent": "announce"}
    async with (
        platform(tmp_path, ports, settings, number=number) as telefoon,
        calling(telefoon, ports, HZ) as (caller,),
    ):
        why = await telefoon.noted(caller.call_id, "not_recorded", within_s=30)
        await is_told(caller.ear, said(telefoon, tmp_path, "goes on", GOES_ON))
        recordings = (await telefoon.get("recordings"))["recordings"]
        await telefoon.delete(f"calls/{caller.call_id}")
        call = await telefoon.ended_call(caller.call_id)

    assert "stuck did not answer within 5 s" in why["reason"]
    assert recordings == []
    assert call["status"] == "completed"


async def test_a_key_service_that_is_not_installed_stops_the_start_and_is_a_fault(tmp_path: Path, ports: Ports) -> None:
    telefoon = await asyncio.to_thread(prepared, tmp_path, ports, {"RECORDING_MASTER_KEY": "kms:vault:eu-1"})

    found = await telefoon.diagnosis()
    await asyncio.to_thread(telefoon.telefoon, "serve", exit_code=1)

    assert "There is no key service vault. Installed are: pkcs11." in found["Master key"]["detail"]
    assert "TELEFOON_RECORDING_MASTER_KEY" in found["Master key"]["advice"]
