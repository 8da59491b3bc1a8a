"""What streamdouble says of messages of media streams: how it reads a program's, and how it writes a platform's.

Run by the kit's own interpreter. Texts come as a JSON list on standard input, and answers go to standard output.
"""

import json
import sys

from streamdouble.protocol import (
    MediaStreamEncoder,
    ProtocolViolation,
    StreamIdentity,
    UnknownFrame,
    parse_outbound,
)


def read(text: str, sid: str) -> bool:
    """Whether it is a message that a platform takes."""
    try:
        return not isinstance(parse_outbound(text, expected_stream_sid=sid), UnknownFrame)
    except ProtocolViolation:
        return False


def written(sid: str) -> list[dict[str, object]]:
    """One message of each kind, as a platform sends it."""
    encoder = MediaStreamEncoder(StreamIdentity(stream_sid=sid))
    first = [encoder.connected(), encoder.start(custom_parameters={"shop": "7"})]
    return [*first, encoder.media(bytes(160)), encoder.dtmf("1"), encoder.mark("said"), encoder.stop()]


if __name__ == "__main__":
    asked = json.load(sys.stdin)
    answers = [read(each, asked["sid"]) for each in asked["texts"]]
    json.dump({"read": answers, "written": written(asked["sid"])}, sys.stdout)
