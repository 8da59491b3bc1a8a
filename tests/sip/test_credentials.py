"""A dialled SIP address with a user and a password of its own (RFC 3261 §22)."""

import pytest

from engine.ports import Answered, DialRequest
from tests.peers.ear import RtpEar
from tests.peers.ports import Ports
from tests.peers.scenario import answers, gets_bye, is_called, receives, scenario
from tests.peers.sipp import sipp
from tests.sip.conftest import Line, Watch

pytestmark = pytest.mark.sip

CHALLENGE = 'WWW-Authenticate: Digest realm="pbx", nonce="4711", algorithm=MD5'


async def test_a_challenge_is_answered_with_the_targets_own_credentials(line: Line, ports: Ports, ear: RtpEar) -> None:
    script = scenario(
        receives("INVITE"),
        answers(401, "Unauthorized", headers=(CHALLENGE,), to_tag=True),
        receives("ACK"),
        is_called(),
        gets_bye(),
    )
    async with sipp(script, ports, keys={"ear": ear.port}) as far_end:
        request = DialRequest(
            f"sip:desk@127.0.0.1:{far_end.port}", "+3225550100", "CA1",
            user="desk", password="s3cret", headers=(("X-Order", "42"),),
        )  # fmt: skip
        call = Watch(await line.agent.dial(request)).start()
        await call.sees(Answered)

        second = await far_end.gets("INVITE", times=2)
        assert 'username="desk"' in second.header("Authorization")
        assert 'realm="pbx"' in second.header("Authorization")
        assert second.header("X-Order") == "42"
        assert "s3cret" not in repr(request)
        await call.leg.hang_up()
        await call.ends()
        await far_end.finishes()
