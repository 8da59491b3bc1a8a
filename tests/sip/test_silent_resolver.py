"""Calls on a machine whose name server does not answer: a lookup would hold up the thread that carries all calls."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.peers.audio import tone
from tests.running.pace import patience

pytestmark = [
    pytest.mark.sip,
    pytest.mark.processes,
    pytest.mark.skipif(os.geteuid() != 0, reason="namespaces need root"),
]

ALONE = ("unshare", "--mount", "--net")
TWO_PHONES = """
{python} -m api.cli phone --port 5070 --calls 1 --play {voice} & answering=$!
until grep -q :13CE /proc/net/udp; do sleep 0.1; done
{python} -m api.cli phone --port 5080 --dial sip:x@127.0.0.1:5070 --play {voice} --hang-up-after 0.5
ended=$?
wait $answering && exit $ended
"""


def test_no_name_is_asked_for_by_a_call_between_addresses(tmp_path: Path) -> None:
    voice = tone(440, 5).save(tmp_path / "voice.wav")
    script = TWO_PHONES.format(python=sys.executable, voice=voice)

    done = subprocess.run(
        [*ALONE, sys.executable, "-m", "tests.peers.silent_resolver", "sh", "-c", script],
        capture_output=True, text=True, check=False, timeout=patience(60),
    )  # fmt: skip

    assert (done.stdout, done.returncode) == ("", 0), done.stderr


@pytest.mark.parametrize(
    "calls",
    [
        pytest.param("tests/sip/test_contact_of_names.py", id="a-named-trunk-is-told-its-connection"),
        pytest.param("tests/sip/test_named_media.py", id="media-are-said-to-be-at-a-name"),
    ],
)
def test_no_name_is_asked_for_where(calls: str) -> None:
    telling = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", calls]

    done = subprocess.run(
        [*ALONE, sys.executable, "-m", "tests.peers.silent_resolver", *telling],
        capture_output=True, text=True, check=False, timeout=patience(120),
    )  # fmt: skip

    assert (done.stdout, done.returncode) == ("", 0), done.stderr
