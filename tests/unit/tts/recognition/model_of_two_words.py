"""A streaming transducer for sherpa-onnx of two words: where it is loud it hears them by turns.

It shows that the engine runs, decodes while somebody speaks and keeps speakers apart; it understands nothing. Made with
the package onnx 1.23 (opset 13), of operators as ONNX names them:

- the encoder gives the mean of nine frames of 80 mel bands, and has two states (the kind "lstm") that nobody uses
- the decoder gives 1 where the word before was "la", else 0
- the joiner gives 0 for blank; for "la" the mean plus 9, less 100 after "la"; for "li" as much, less 100 after others
"""

import base64
from pathlib import Path
from typing import Final

_FILES: Final = {
    "encoder.onnx": (
        "CAg6oQIKPAoBeBILZW5jb2Rlcl9vdXQiClJlZHVjZU1lYW4qDQoEYXhlc0ABQAKgAQcqDwoIa2VlcGRpbXMYAaABAgoUCgFoEgVuZXdfaCIISW"
        "RlbnRpdHkKFAoBYxIFbmV3X2MiCElkZW50aXR5EgdlbmNvZGVyWhgKAXgSEwoRCAESDQoDEgFOCgIICQoCCFBaGAoBaBITChEIARINCgIIAQoD"
        "EgFOCgIIAVoYCgFjEhMKEQgBEg0KAggBCgMSAU4KAggBYiIKC2VuY29kZXJfb3V0EhMKEQgBEg0KAxIBTgoCCAEKAggBYhwKBW5ld19oEhMKEQ"
        "gBEg0KAggBCgMSAU4KAggBYhwKBW5ld19jEhMKEQgBEg0KAggBCgMSAU4KAggBQgQKABANchIKCm1vZGVsX3R5cGUSBGxzdG1yDAoHdmVyc2lv"
        "bhIBMXIXChJudW1fZW5jb2Rlcl9sYXllcnMSATFyBgoBVBIBOXIVChBkZWNvZGVfY2h1bmtfbGVuEgE0chQKD3Jubl9oaWRkZW5fc2l6ZRIBMX"
        "IMCgdkX21vZGVsEgEx"
    ),
    "decoder.onnx": (
        "CAg6rgEKIwoBeQoDb25lEgRsYXN0IgZHYXRoZXIqCwoEYXhpcxgBoAECChYKBGxhc3QKA29uZRICaXMiBUVxdWFsCiIKAmlzEgtkZWNvZGVyX2"
        "91dCIEQ2FzdCoJCgJ0bxgBoAECEgdkZWNvZGVyKgwIARAHOgEBQgNvbmVaFAoBeRIPCg0IBxIJCgMSAU4KAggCYh4KC2RlY29kZXJfb3V0Eg8K"
        "DQgBEgkKAxIBTgoCCAFCBAoAEA1yDwoKdm9jYWJfc2l6ZRIBM3IRCgxjb250ZXh0X3NpemUSATI="
    ),
    "joiner.onnx": (
        "CAg6zAIKGAoLZW5jb2Rlcl9vdXQKAWsSAWUiA0FkZAoeCgtkZWNvZGVyX291dAoHaHVuZHJlZBIBZCIDTXVsCg8KAWUKAWQSAmxhIgNTdWIKDw"
        "oBZQoBZBICZWQiA0FkZAoWCgJlZAoHaHVuZHJlZBICbGkiA1N1YgoTCgFlCgR6ZXJvEgNibGsiA011bAopCgNibGsKAmxhCgJsaRIFbG9naXQi"
        "BkNvbmNhdCoLCgRheGlzGAGgAQISBmpvaW5lcioNCAEQASIEAAAQQUIBayoTCAEQASIEAADIQkIHaHVuZHJlZCoQCAEQASIEAAAAAEIEemVyb1"
        "oeCgtlbmNvZGVyX291dBIPCg0IARIJCgMSAU4KAggBWh4KC2RlY29kZXJfb3V0Eg8KDQgBEgkKAxIBTgoCCAFiGAoFbG9naXQSDwoNCAESCQoD"
        "EgFOCgIIA0IECgAQDXIPCgpqb2luZXJfZGltEgEx"
    ),
}


def write_model(folder: Path) -> None:
    """Lay the model out in a folder, as the engine wants it."""
    folder.mkdir()
    (folder / "tokens.txt").write_text("<blk> 0\n▁la 1\n▁li 2\n")
    for name, content in _FILES.items():
        (folder / name).write_bytes(base64.b64decode(content))
