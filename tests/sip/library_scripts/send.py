"""Runs scripts of the library's folder scripts-sendto; says of each what was answered, as JSON.

python send.py FOLDER PORT NAME...      with the folder tests/pjsua of the library's source and a port of loopback
"""

import contextlib
import importlib
import io
import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4


def main(folder: Path, port: int, names: Sequence[str]) -> None:
    """The command line. A script is a module of its own in that folder, and its helpers lie beside the folder."""
    sys.path[:0] = [str(folder), str(folder / "scripts-sendto")]
    told = {}
    for name in names:
        with contextlib.redirect_stdout(io.StringIO()):
            told[name] = _answered(importlib.import_module(name).sendto_cfg, port)
        print(name, file=sys.stderr)
    print(json.dumps(told))


def _answered(wanted: Any, port: int) -> str:
    dialog = importlib.import_module("inc_sip").Dialog("127.0.0.1", port)
    dialog.call_id = uuid4().hex  # theirs is one for each process
    if wanted.complete_msg:
        request = dialog.update_fields(wanted.complete_msg)
    else:
        request = dialog.create_invite(wanted.sdp, wanted.extra_headers, wanted.body)
    try:
        answer = dialog.send_request_wait(request, 3)
    except AttributeError:  # its way to say that nothing came
        return "silence"
    code = int(answer.split()[1])
    dialog.hangup(code)
    if code != wanted.resp_code:
        return f"{code}, not {wanted.resp_code}"
    missing = [each for each in wanted.resp_include if not re.search(each, answer, re.MULTILINE | re.IGNORECASE)]
    unwanted = [each for each in wanted.resp_exclude if re.search(each, answer, re.MULTILINE | re.IGNORECASE)]
    return ", ".join([str(code), *(f"without {each}" for each in missing), *(f"with {each}" for each in unwanted)])


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
