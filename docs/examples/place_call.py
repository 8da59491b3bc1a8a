"""Places a call by REST, follows it to its end and says how it went.

TELEFOON_API_KEY=SK… python3 place_call.py --from +3225550100 --to +3225550199 "Your bread is ready."

Ends with 1 unless the call was completed. Needs Python alone.
"""

import argparse
import json
import os
import time
from typing import Any
from urllib.request import Request, urlopen

ENDED = {"completed", "failed", "busy", "no-answer", "canceled"}
LOOK_AGAIN_S = 1.0
ANSWER_WITHIN_S = 10


def main() -> int:
    """Place the call; the code to exit with."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--server", default="http://127.0.0.1:8080")
    parser.add_argument("--from", dest="from_", required=True)
    parser.add_argument("--to", required=True)
    parser.add_argument("--status-callback", help="a URL that is told of each status, as of hooks.py")
    parser.add_argument("text")
    given = parser.parse_args()

    flow = [{"verb": "say", "text": given.text, "language": "en-GB"}]
    order = {"from": given.from_, "to": given.to, "flow": flow, "status_callback": given.status_callback}
    call = ask(given.server, "calls", {name: value for name, value in order.items() if value is not None})
    while call["status"] not in ENDED:
        time.sleep(LOOK_AGAIN_S)
        call = ask(given.server, f"calls/{call['id']}")
    print(f"{call['id']} {call['status']}")
    return 0 if call["status"] == "completed" else 1


def ask(server: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    """What the interface answers; POST where there is a body. Raises HTTPError for a problem."""
    headers = {"X-API-Key": os.environ["TELEFOON_API_KEY"], "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    with urlopen(Request(f"{server}/v1/voice/{path}", data, headers), timeout=ANSWER_WITHIN_S) as answer:
        told: dict[str, Any] = json.load(answer)
        return told


if __name__ == "__main__":
    raise SystemExit(main())
