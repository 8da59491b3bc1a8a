"""The loop of every worker process: jobs in on stdin, answers out on stdout, one JSON object a line.

Out: {"ready": true} once, then for each job {"ok": {…}} or {"error": "what the user may read"}. A worker ends
when its stdin does, or when its parent dies.
"""

import ctypes
import faulthandler
import json
import os
import resource
import signal
import sys
from collections.abc import Callable, Mapping
from typing import Any, Final, TextIO

NICENESS: Final = 5
"""A third of the share of others' on a busy machine: a caller waits for what is spoken and understood."""

_PR_SET_PDEATHSIG: Final = 1

Job = Mapping[str, Any]


def serve(answer: Callable[[Job], dict[str, Any]], parent: int) -> None:
    """Answer jobs until stdin ends; `parent` is the process that started this one."""
    _die_with_parent(parent)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends us in order
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    faulthandler.enable()
    os.nice(NICENESS)
    answers = _claim_stdout()
    print(json.dumps({"ready": True}), file=answers, flush=True)
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), file=answers, flush=True)


def _die_with_parent(parent: int) -> None:
    """A stuck worker never sees the end of stdin, so the kernel must end it (prctl(2), Linux)."""
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before we asked
        sys.exit(1)


def _claim_stdout() -> TextIO:
    """The stream for answers; from now on whatever is printed goes to stderr."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return answers
