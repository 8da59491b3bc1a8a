"""Registration that meets trouble: registrars that are away, refuse, ask for a pause, or challenge in odd ways."""

import asyncio
import hashlib
import re
import socket
import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from engine.model.trunk import Authentication
from sip.trunks.account import Registration
from tests.peers.sip_answerer import SipAnswerer, sip_answerer
from tests.peers.waiting import within
from tests.sip.conftest import Line, OpenLine, subscriber_of

pytestmark = pytest.mark.sip

REALM = "carrier"
ACCEPTED = "200 OK\nExpires: 300"
DIGESTS = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}


def challenge(algorithm: str, nonce: str, *, more: str = "") -> str:
    return f'WWW-Authenticate: Digest realm="{REALM}", nonce="{nonce}", algorithm={algorithm}, qop="auth"{more}'


def credentials(request: str) -> list[dict[str, str]]:
    """The parameters of each Authorization header."""
    lines = re.findall(r"^Authorization: Digest (.*)$", request, re.MULTILINE)
    return [dict(re.findall(r'(\w+)="?([^",\r]*)"?', line)) for line in lines]


def proves_password(given: dict[str, str], password: str = "x") -> bool:
    """Whether the response is what RFC 7616 §3.4.1 computes."""

    def digest(*parts: str) -> str:
        return DIGESTS[given["algorithm"]](":".join(parts).encode()).hexdigest()

    who = digest(given["username"], given["realm"], password)
    what = digest("REGISTER", given["uri"])
    return given["response"] == digest(who, given["nonce"], given["nc"], given["cnonce"], given["qop"], what)


async def registration(line: Line, stands: Callable[[Registration], bool], within_s: float = 10) -> Registration:
    """How it stands, as soon as it stands so."""
    async with within(within_s):
        while not stands(state := (await line.agent.registrations())["default"]):
            await asyncio.sleep(0.02)
    return state


def active(stand: Registration) -> bool:
    return stand.active


def lasts_s(stand: Registration) -> int:
    """For how many seconds it was given."""
    assert stand.until is not None
    assert stand.at is not None
    return round((stand.until - stand.at).total_seconds())


def registers(registrar: SipAnswerer) -> list[str]:
    return [each for each in registrar.requests if each.startswith("REGISTER")]


def expires(request: str) -> int:
    return int(re.findall(r"^Expires: (\d+)", request, re.MULTILINE)[0])


@pytest.mark.parametrize("nonces", [("n1", "n1"), ("n1", "n2")], ids=["one nonce", "a nonce each"])
@pytest.mark.parametrize("algorithms", [("SHA-256", "MD5"), ("MD5", "SHA-256"), ("SHA-1024", "SHA-256")])
async def test_of_several_challenges_the_strongest_is_answered(
    open_line: OpenLine, algorithms: tuple[str, str], nonces: tuple[str, str]
) -> None:
    both = "\n".join(map(challenge, algorithms, nonces))
    async with sip_answerer(lambda each: ACCEPTED if credentials(each) else f"401 Unauthorized\n{both}") as registrar:
        async with open_line(trunk=subscriber_of(registrar.port)) as line:
            await registration(line, active)

        (given,) = credentials(registers(registrar)[1])
    assert (given["algorithm"], proves_password(given)) == ("SHA-256", True)


async def test_a_registrar_that_knows_only_md5_is_answered_so(open_line: OpenLine) -> None:
    asked = f"401 Unauthorized\n{challenge('MD5', 'n1')}"
    async with sip_answerer(lambda each: ACCEPTED if credentials(each) else asked) as registrar:
        async with open_line(trunk=subscriber_of(registrar.port)) as line:
            await registration(line, active)

        (given,) = credentials(registers(registrar)[1])
    assert (given["algorithm"], proves_password(given)) == ("MD5", True)


@pytest.mark.parametrize("stale", ["", ", stale=true"], ids=["without a word", "as stale"])
async def test_a_nonce_that_changes_costs_one_more_request(open_line: OpenLine, stale: str) -> None:
    def answer(request: str) -> str:
        nonce = f"n{1 + len(accepted)}"
        if [each["nonce"] for each in credentials(request)] != [nonce]:
            return f"401 Unauthorized\n{challenge('SHA-256', nonce, more=stale)}"
        accepted.append(request)
        return "200 OK\nExpires: 6"  # refreshed at once, with the old nonce

    accepted: list[str] = []
    async with sip_answerer(answer) as registrar:
        async with open_line(trunk=subscriber_of(registrar.port)) as line:
            await registration(line, active)
            async with within(30):
                while len(accepted) < 3:
                    assert (await line.agent.registrations())["default"].active
                    await asyncio.sleep(0.02)

        assert len(registers(registrar)) <= 2 * len(accepted) + 2


async def test_a_wrong_password_is_refused_once_and_told(open_line: OpenLine) -> None:
    asked = f"401 Unauthorized\n{challenge('SHA-256', 'n1')}"
    async with sip_answerer(lambda _: asked) as registrar:
        async with open_line(trunk=subscriber_of(registrar.port, retry_s=60)) as line:
            stand = await registration(line, lambda each: bool(each.code))
            await asyncio.sleep(1.5)

        assert (stand.active, stand.code, stand.reason) == (False, 401, "Unauthorized")
        assert len(registers(registrar)) == 2


async def test_the_shortest_time_that_a_registrar_allows_is_taken(open_line: OpenLine) -> None:
    def answer(request: str) -> str:
        return "423 Interval Too Brief\nMin-Expires: 900" if expires(request) < 900 else "200 OK\nExpires: 900"

    async with sip_answerer(answer) as registrar:
        async with open_line(trunk=subscriber_of(registrar.port, expires_s=60)) as line:
            stand = await registration(line, active)

        assert [expires(each) for each in registers(registrar)][:2] == [60, 900]
        assert stand.until is not None
        assert stand.at is not None
        assert 890 <= (stand.until - stand.at).total_seconds() <= 900


async def test_a_pause_that_a_registrar_asks_for_is_kept(open_line: OpenLine) -> None:
    answers = iter(['503 Service Unavailable\nRetry-After: 3\nWarning: 399 carrier "mending a cable"'])
    times: list[float] = []

    def answer(request: str) -> str:
        if request.startswith("REGISTER"):
            times.append(time.monotonic())
        return next(answers, ACCEPTED)

    async with sip_answerer(answer) as registrar, open_line(trunk=subscriber_of(registrar.port, retry_s=1)) as line:
        stand = await registration(line, lambda each: each.code == 503)
        await registration(line, active)

    assert (stand.active, stand.reason, stand.words) == (False, "Service Unavailable", "399 mending a cable")
    assert stand.at is not None
    assert stand.again_at is not None
    assert (stand.again_at - stand.at).total_seconds() >= 2.9
    assert times[1] - times[0] >= 2.9


async def test_a_registrar_that_refuses_is_asked_at_growing_distances(open_line: OpenLine) -> None:
    async with sip_answerer(lambda _: "403 Forbidden") as registrar:
        async with open_line(trunk=subscriber_of(registrar.port, retry_s=1)) as line:
            await asyncio.sleep(7)
            stand = (await line.agent.registrations())["default"]

        assert 2 <= len(registers(registrar)) <= 3, "at 0, after 1, after 4 more, and then after 16"
        assert (stand.active, stand.code) == (False, 403)


async def test_a_registrar_that_comes_back_is_found_again(open_line: OpenLine) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as reserved:
        reserved.bind(("127.0.0.1", 0))
        port = reserved.getsockname()[1]
    async with open_line(trunk=subscriber_of(port, parameters=";transport=tcp", retry_s=1)) as line:
        away = await registration(line, lambda each: bool(each.code))

        server = await asyncio.start_server(SipAnswerer(lambda _: ACCEPTED).serve, "127.0.0.1", port)
        async with server:
            back = await registration(line, active)

    assert (away.active, away.code, away.again_at is not None) == (False, 503, True)
    assert (back.code, back.again_at) == (200, None)


async def test_each_change_of_a_registration_is_remembered_once(open_line: OpenLine) -> None:
    answers = ["500 Server Error"]
    async with (
        sip_answerer(lambda _: answers[0]) as registrar,
        open_line(trunk=subscriber_of(registrar.port, retry_s=1)) as line,
    ):
        await registration(line, lambda stand: stand.code == 500)
        answers[0] = ACCEPTED + "\nContact: <sip:x@127.0.0.1>;expires=300"
        await registration(line, active)
        (reachability,) = (await line.agent.reachability()).values()

    assert [(each.kind, each.detail) for each in reachability.events] == [
        ("registration_failed", "500 Server Error"),
        ("registered", "200 OK"),
    ]


async def test_a_trunk_that_shall_register_no_more_is_not_asked_for_again(open_line: OpenLine) -> None:
    async with sip_answerer(lambda _: "503 Service Unavailable") as registrar:
        trunk = subscriber_of(registrar.port, retry_s=1)
        async with open_line(trunk=trunk) as line:
            await registration(line, lambda each: bool(each.code))

            await line.agent.use_trunks([replace(trunk, auth=Authentication.IP)])
            before = len(registers(registrar))
            await asyncio.sleep(2.5)
            stand = (await line.agent.registrations())["default"]

        assert (len(registers(registrar)), stand.wanted) == (before, False)


async def test_other_contacts_of_the_subscriber_do_not_count_as_ours(open_line: OpenLine) -> None:
    def answer(request: str) -> str:
        ours = re.findall(r"^Contact: (<[^>]*>)", request, re.MULTILINE)
        another = "Contact: <sip:me@192.0.2.7:5062>;expires=3600"
        return "\n".join(["200 OK", another, f"Contact: {ours[0] if ours else '*'};expires=8"])

    async with sip_answerer(answer) as registrar:
        async with open_line(trunk=subscriber_of(registrar.port)) as line:
            stand = await registration(line, active)
            async with within(10):
                while len(registers(registrar)) < 2:
                    await asyncio.sleep(0.05)

        assert stand.until is not None
        assert stand.at is not None
        assert (stand.until - stand.at).total_seconds() <= 8


async def test_ours_is_found_among_more_contacts_than_a_person_has_telephones(open_line: OpenLine) -> None:
    def answer(request: str) -> str:
        ours = re.findall(r"^Contact: (<[^>]*>)", request, re.MULTILINE)
        others = [f"Contact: <sip:me@192.0.2.7:{port}>;expires=3600" for port in range(5062, 5082)]
        return "\n".join(["200 OK", *others, f"Contact: {ours[0] if ours else '*'};expires=60"])

    async with sip_answerer(answer) as registrar, open_line(trunk=subscriber_of(registrar.port)) as line:
        stand = await registration(line, active)

    assert lasts_s(stand) == 60


async def test_where_ours_is_written_otherwise_among_others_the_shortest_time_counts(open_line: OpenLine) -> None:
    told = "200 OK\nContact: <sip:me@192.0.2.7:40123>;expires=60, <sip:me@192.0.2.8:5060>;expires=3600"
    async with sip_answerer(lambda _: told) as registrar, open_line(trunk=subscriber_of(registrar.port)) as line:
        stand = await registration(line, active)

    assert lasts_s(stand) == 60


async def test_a_registrar_that_gives_another_contact_has_registered_us_and_is_asked_again_in_time(
    open_line: OpenLine,
) -> None:
    """As some do behind NAT: they write the address that they have seen in place of ours."""

    async with sip_answerer(lambda _: "200 OK\nContact: <sip:me@192.0.2.7:40123>;expires=8") as registrar:
        async with open_line(trunk=subscriber_of(registrar.port)) as line:
            stand = await registration(line, active)
            async with within(10):
                while len(registers(registrar)) < 2:
                    await asyncio.sleep(0.05)

        assert stand.until is not None
        assert stand.at is not None
        assert (stand.until - stand.at).total_seconds() <= 8
        ours = {re.findall(r"^Contact: <([^>]*)>", each, re.MULTILINE)[0] for each in registers(registrar)[:2]}
        assert len(ours) == 1, "we go on asking for the contact where we listen"


async def test_who_goes_takes_its_registration_back(open_line: OpenLine) -> None:
    async with sip_answerer(lambda _: ACCEPTED) as registrar:
        async with open_line(trunk=subscriber_of(registrar.port)) as line:
            await registration(line, active)

        async with within(5):
            while expires(registers(registrar)[-1]):
                await asyncio.sleep(0.02)


async def test_while_no_calls_are_taken_nothing_is_registered_and_then_it_is_again(open_line: OpenLine) -> None:
    async with sip_answerer(lambda _: ACCEPTED) as registrar, open_line(trunk=subscriber_of(registrar.port)) as line:
        await registration(line, active)

        await line.agent.register(wanted=False)
        async with within(10):
            while "Expires: 0" not in registers(registrar)[-1]:
                await asyncio.sleep(0.02)
        away = (await line.agent.registrations())["default"]
        await line.agent.register(wanted=True)
        back = await registration(line, active)

    assert not away.wanted
    assert back.wanted
