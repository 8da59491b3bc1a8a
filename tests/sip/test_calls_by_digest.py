"""Calls that come in from anywhere and are a trunk's by its user and password, and strangers beside them."""

import asyncio
from collections.abc import AsyncIterator
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Final

import pytest

from engine.model.refusal import RefusalRule
from engine.model.trunk import KnownBy, Trunk, new_trunk
from sip.config import StrangersDue
from sip.trunks.digest import DigestChallenges
from sip.trunks.digest_nonces import VALID_S
from tests.peers.baresip import baresip
from tests.peers.digest import authorization, challenges
from tests.peers.ports import Ports
from tests.peers.raw_caller import HOST, RawCaller, audio, raw_caller
from tests.peers.scenario import acks, calls, receives, scenario, sdp
from tests.peers.sipp import NUMBER, sipp
from tests.sip.conftest import Line, OpenLine, Watch, trunk_to
from tests.sip.passing import says

pytestmark = pytest.mark.sip

ELSEWHERE = [ip_network("192.0.2.0/24")]
"""The only networks that may call without a trunk, so that this machine is a stranger."""
MANY = StrangersDue(messages_per_s=1000, invites_per_s=1000, wrong_passwords_per_min=1000)
USER, PASSWORD = "pbx", "correct horse"
QUIET_S = 0.5


def exchange(name: str = "exchange", **fields: Any) -> Trunk:
    """A trunk whose host's address is not where its calls come from."""
    given = {"hosts": ["192.0.2.10"], "user": USER, "password": PASSWORD, "known_by": "digest", **fields}
    return new_trunk({"name": name, **given})


@pytest.fixture
async def known(open_line: OpenLine) -> AsyncIterator[Line]:
    async with open_line(trunk=exchange(), allow=ELSEWHERE, strangers=MANY) as line:
        yield line


@pytest.fixture
async def caller(known: Line) -> AsyncIterator[RawCaller]:
    async with raw_caller(known.port) as opened:
        yield opened


def uri(caller: RawCaller) -> str:
    return f"sip:{NUMBER}@{HOST}:{caller.target}"


async def challenge(caller: RawCaller, algorithm: str = "SHA-256") -> dict[str, str]:
    """The challenge to an INVITE without credentials."""
    refused = await caller.asks("INVITE", body=audio())
    assert refused.code == 401
    return next(each for each in challenges(refused) if each["algorithm"] == algorithm)


async def rings(line: Line, caller: RawCaller, credentials: str) -> str:
    """The trunk of a call with these credentials, which is taken and refused then."""
    caller.request("INVITE", credentials, body=audio())
    leg, arrival = await line.takes()
    await leg.refuse(486)
    assert (await caller.gets(486)).code == 486
    caller.seen.clear()
    return arrival.trunk


@pytest.mark.parametrize("algorithm", ["SHA-256", "MD5"])
async def test_who_answers_with_user_and_password_is_the_trunks(known: Line, caller: RawCaller, algorithm: str) -> None:
    credentials = authorization(await challenge(caller, algorithm), uri(caller), USER, PASSWORD)

    assert await rings(known, caller, credentials) == "exchange"
    assert known.noted == []


async def test_a_call_by_digest_goes_on_without_further_credentials(known: Line, caller: RawCaller) -> None:
    credentials = authorization(await challenge(caller), uri(caller), USER, PASSWORD)
    asking = asyncio.create_task(caller.asks("INVITE", credentials, body=audio()))
    leg, _ = await known.takes()
    call = Watch(leg).start()
    await leg.answer()
    assert (await asking).code == 200

    assert (await caller.asks("INVITE", body=audio())).code == 200
    assert (await caller.asks("INFO")).code == 200
    assert (await caller.asks("BYE")).code == 200
    await call.ends()


@pytest.mark.parametrize(("user", "password"), [(USER, "guessed"), ("nobody", PASSWORD), (USER, "")])
async def test_who_answers_wrongly_is_asked_again_and_noted_whatever_is_wrong(
    known: Line, caller: RawCaller, user: str, password: str
) -> None:
    refused = await caller.asks(
        "INVITE", authorization(await challenge(caller), uri(caller), user, password), body=audio()
    )

    assert refused.code == 401
    assert all("stale" not in each for each in challenges(refused))
    assert known.noted == [(RefusalRule.PASSWORD, NUMBER)]
    assert known.arrivals.empty()


async def test_who_sends_an_answer_again_is_told_that_it_is_stale(known: Line, caller: RawCaller) -> None:
    credentials = authorization(await challenge(caller), uri(caller), USER, PASSWORD)
    assert await rings(known, caller, credentials) == "exchange"

    async with raw_caller(known.port) as thief:
        refused = await thief.asks("INVITE", credentials, body=audio())
        fresh = next(iter(challenges(refused)))
        assert await rings(known, thief, authorization(fresh, uri(thief), USER, PASSWORD)) == "exchange"

    assert (refused.code, fresh["stale"]) == (401, "true")
    assert known.noted == []


async def test_an_answer_to_a_challenge_that_is_over_is_stale(
    known: Line, caller: RawCaller, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = await challenge(caller)
    monkeypatch.setattr("sip.trunks.digest_nonces.VALID_S", -VALID_S)

    refused = await caller.asks("INVITE", authorization(asked, uri(caller), USER, PASSWORD), body=audio())

    assert (refused.code, challenges(refused)[0]["stale"]) == (401, "true")


async def test_of_two_trunks_the_user_tells_whose_the_call_is(open_line: OpenLine) -> None:
    trunks = [exchange(), exchange("branch", user="branch", password="other")]
    async with open_line(trunks=trunks, allow=ELSEWHERE) as line, raw_caller(line.port) as caller:
        credentials = authorization(await challenge(caller), uri(caller), "branch", "other")

        assert await rings(line, caller, credentials) == "branch"


async def test_the_address_of_a_host_of_the_trunk_is_not_enough(open_line: OpenLine) -> None:
    trunk = trunk_to(5060, "exchange", known_by=KnownBy.DIGEST, user=USER, password=PASSWORD)
    async with open_line(trunk=trunk) as line, raw_caller(line.port) as caller:
        assert (await caller.asks("INVITE", body=audio())).code == 401
        assert (await caller.asks("OPTIONS")).code == 200


async def test_who_is_allowed_without_a_trunk_is_not_asked(open_line: OpenLine) -> None:
    async with open_line(trunk=exchange()) as line, raw_caller(line.port) as caller:
        caller.request("INVITE", body=audio())
        leg, arrival = await line.takes()
        await leg.refuse(486)

        assert arrival.trunk == ""


async def test_a_call_by_digest_has_the_codecs_of_its_trunk(open_line: OpenLine) -> None:
    trunk = exchange(codecs=["PCMU"])
    async with (
        open_line(trunk=trunk, allow=ELSEWHERE, codecs=["PCMA", "PCMU"]) as line,
        raw_caller(line.port) as caller,
    ):
        refused = await caller.asks(
            "INVITE", authorization(await challenge(caller), uri(caller), USER, PASSWORD), body=audio()
        )
        told = line.refusals.get_nowait()

    assert refused.code == 488
    assert told.arrival.trunk == "exchange"


@pytest.mark.parametrize("trunk", [None, exchange(known_by="address"), exchange(enabled=False)])
async def test_a_stranger_is_asked_nothing_without_such_a_trunk(open_line: OpenLine, trunk: Trunk | None) -> None:
    async with open_line(trunk=trunk, allow=ELSEWHERE) as line, raw_caller(line.port) as stranger:
        stranger.request("OPTIONS")
        stranger.request("INVITE", body=audio())
        await asyncio.sleep(QUIET_S)

        assert stranger.seen == []
        assert [each.number for each in (await line.agent.door.take_news()).calls] == [NUMBER]


async def test_strangers_who_are_asked_cost_no_memory(known: Line, caller: RawCaller) -> None:
    for _ in range(50):
        assert (await caller.asks("INVITE", body=audio())).code == 401

    challenger: DigestChallenges = known.agent._stack._origins._challenges
    assert challenger._nonces._counts == {}
    assert known.arrivals.empty()
    assert known.noted == []


async def test_other_requests_of_strangers_hear_nothing_beside_such_a_trunk(known: Line, caller: RawCaller) -> None:
    for method in ("OPTIONS", "REGISTER", "MESSAGE"):
        caller.request(method)
    await asyncio.sleep(QUIET_S)

    assert known.noted == []
    assert caller.seen == []


OLD: Final = {"digest_algorithms": "md5", "password": "correct"}
"""What SIPp 3.6 and baresip need, which know MD5 alone and answer nothing where SHA-256 is asked for too."""


@pytest.mark.parametrize("password", ["correct", "guessed"])
async def test_baresip_calls_with_its_user_and_password(
    known: Line, ports: Ports, tmp_path: Path, password: str
) -> None:
    account = f";auth_user={USER};auth_pass={password}"
    await known.agent.use_trunks([exchange(**OLD)])
    async with baresip(tmp_path / "phone", ports, USER, codec="PCMA", tone_hz=700, parameters=account) as phone:
        await phone.does("dial", f"sip:{NUMBER}@{HOST}:{known.port}")
        if password == "correct":
            leg, arrival = await known.takes()
            call = Watch(leg).start()
            await leg.answer()
            await says(known, leg.id, 700)
            await leg.hang_up()
            await call.ends()
            assert (arrival.trunk, known.noted) == ("exchange", [])
        else:
            await phone.sees("CALL_CLOSED")
            assert known.noted == [(RefusalRule.PASSWORD, NUMBER)]


async def test_sipp_calls_with_its_user_and_password(known: Line, ports: Ports) -> None:
    again = calls(sdp(), headers=(f"[authentication username={USER} password=correct]",)).replace(
        "1 INVITE", "2 INVITE"
    )
    xml = scenario(
        calls(sdp()), '<recv response="401" auth="true"/>\n', acks(), again, receives(100, optional=True),
        receives(486), acks(2),
    )  # fmt: skip
    await known.agent.use_trunks([exchange(**OLD)])
    async with sipp(xml, ports, target=known.port, keys={"ear": ports.one()}) as far_end:
        leg, arrival = await known.takes()
        await leg.refuse(486)
        await far_end.finishes()

    assert arrival.trunk == "exchange"


async def test_a_caller_whose_address_changes_within_the_call_is_asked_again(known: Line, caller: RawCaller) -> None:
    credentials = authorization(await challenge(caller), uri(caller), USER, PASSWORD)
    asking = asyncio.create_task(caller.asks("INVITE", credentials, body=audio()))
    leg, _ = await known.takes()
    call = Watch(leg).start()
    await leg.answer()
    assert (await asking).code == 200

    async with raw_caller(known.port, "127.0.0.2") as moved:
        moved.call_id, moved.from_, moved.to_tag = caller.call_id, caller.from_, caller.to_tag
        moved.skip_to(100)
        asked = await moved.asks("UPDATE", body=audio())
        assert asked.code == 401
        proof = authorization(challenges(asked)[0], uri(moved), USER, PASSWORD, method="UPDATE")
        assert (await moved.asks("UPDATE", proof, body=audio())).code == 200
        assert (await moved.asks("BYE")).code == 200

    await call.ends()
