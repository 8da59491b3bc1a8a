"""A page as a fax machine sends it: a TIFF of two colours, 1728 points wide (ITU-T T.4)."""

import struct
from pathlib import Path
from typing import Final

WIDTH: Final = 1728
LINES: Final = 400
_HEIGHT_TAG: Final = 257
_SHORT, _LONG, _RATIO = 3, 4, 5


def write_page(path: Path) -> None:
    """Write a page of stripes, at 204 by 98 points an inch."""
    stripes = (b"\xff" if line // 20 % 2 else b"\x0f" for line in range(LINES))
    pixels = b"".join(stripe * (WIDTH // 8) for stripe in stripes)
    begin, ratios = 8, 8 + len(pixels)
    entries = [
        (256, _LONG, WIDTH), (_HEIGHT_TAG, _LONG, LINES), (258, _SHORT, 1), (259, _SHORT, 1), (262, _SHORT, 0),
        (273, _LONG, begin), (277, _SHORT, 1), (278, _LONG, LINES), (279, _LONG, len(pixels)),
        (282, _RATIO, ratios), (283, _RATIO, ratios + 8), (296, _SHORT, 2),
    ]  # fmt: skip
    directory = b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in entries)
    head = struct.pack("<2sHI", b"II", 42, ratios + 16)
    resolution = struct.pack("<IIII", 204, 1, 98, 1)
    path.write_bytes(head + pixels + resolution + struct.pack("<H", len(entries)) + directory + bytes(4))


def lines_of(path: Path) -> int:
    """How many lines of points the first page of a TIFF has."""
    kept = path.read_bytes()
    order = "<" if kept[:2] == b"II" else ">"
    (begin,) = struct.unpack_from(f"{order}I", kept, 4)
    (count,) = struct.unpack_from(f"{order}H", kept, begin)
    for place in range(begin + 2, begin + 2 + 12 * count, 12):
        tag, kind = struct.unpack_from(f"{order}HH", kept, place)
        if tag == _HEIGHT_TAG:
            (height,) = struct.unpack_from(f"{order}{'H' if kind == _SHORT else 'I'}", kept, place + 8)
            return int(height)
    message = f"{path.name} tells of no lines"
    raise ValueError(message)
