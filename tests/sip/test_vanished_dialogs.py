"""Dialogs of which the library tells no end: the leg is over all the same, and the call with it."""

from typing import Any

import pytest

from engine.ports import Answered
from sip.dialog import Dialog
from tests.peers.ear import RtpEar
from tests.peers.ports import Ports
from tests.peers.scenario import gets_bye, is_called, scenario
from tests.peers.sipp import sipp
from tests.sip.conftest import Line, dial

pytestmark = pytest.mark.sip


async def test_a_dialog_whose_end_is_not_told_ends_soon(
    line: Line, ports: Ports, ear: RtpEar, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = Dialog.onCallState

    def tell_no_end(dialog: Dialog, prm: Any) -> None:
        if dialog.isActive():
            told(dialog, prm)

    monkeypatch.setattr(Dialog, "onCallState", tell_no_end)
    async with sipp(scenario(is_called(), gets_bye()), ports, keys={"ear": ear.port}) as far_end:
        call = await dial(line, far_end.port)
        await call.sees(Answered)
        await call.leg.hang_up()
        ended = await call.ends(within_s=5)
        await far_end.finishes()

    assert (ended.sip_code, ended.by_us) == (408, True)
    assert await line.agent.strays() == 0
