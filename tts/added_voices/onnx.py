"""Whether a file is a whole ONNX model, seen from its outermost layer.

A model is one message of Protocol Buffers (onnx.proto, ModelProto). Its fields are stepped over, not read: that finds
downloads that were cut, pages of HTML and Git LFS's pointers within a moment, and needs no library.
"""

from pathlib import Path
from typing import BinaryIO, Final

_IR_VERSION: Final = 1
_GRAPH: Final = 7
_OPSET: Final = 8
_LONGEST_VARINT: Final = 10


def fault_of_onnx(path: Path) -> str | None:
    """What is wrong with it as a model; None if nothing is seen. Raises OSError."""
    size = path.stat().st_size
    found: set[int] = set()
    with path.open("rb") as file:
        while (at := file.tell()) < size:
            key = _varint(file)
            if key is None or not _step_over(file, key & 7):
                return "it is no ONNX model" if not found else f"it is damaged at byte {at}"
            found.add(key >> 3)
            if file.tell() > size:
                return f"it ends {file.tell() - size} bytes too early"
    return None if {_IR_VERSION, _GRAPH, _OPSET} <= found else "it is no ONNX model"


def _step_over(file: BinaryIO, wire_type: int) -> bool:
    match wire_type:
        case 0:
            return _varint(file) is not None
        case 1:
            file.seek(8, 1)
        case 2:
            length = _varint(file)
            if length is None:
                return False
            file.seek(length, 1)
        case 5:
            file.seek(4, 1)
        case _:
            return False
    return True


def _varint(file: BinaryIO) -> int | None:
    """None where there is none."""
    value = 0
    for place in range(_LONGEST_VARINT):
        byte = file.read(1)
        if not byte:
            return None
        value |= (byte[0] & 0x7F) << (7 * place)
        if byte[0] < 0x80:
            return value
    return None
