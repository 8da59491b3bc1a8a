"""What the samplers print, counted: `perf script` by thread and function, `py-spy --format raw` by our functions."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePath
from typing import Final

Shares = dict[str, float]

_SAMPLE: Final = re.compile(r"\s*(?P<thread>.+?)\s+[0-9a-f]+ (?P<function>.+) \((?P<file>[^()]*)\)")
_NAMELESS: Final = "[unknown]"
_OF_OURS: Final = ("api/", "config/", "engine/", "sip/", "tts/")


def by_thread(lines: Iterable[str]) -> dict[str, Counter[str]]:
    """Count each thread's samples by function, of lines "thread address function (file)"; threads of one pool add up.

    A function whose name was stripped goes by its library's.
    """
    threads: dict[str, Counter[str]] = {}
    for line in lines:
        if sample := _SAMPLE.fullmatch(line.rstrip()):
            function = sample["function"]
            known = PurePath(sample["file"]).name if function == _NAMELESS else function
            threads.setdefault(pool_of(sample["thread"]), Counter())[known] += 1
    return threads


def pool_of(thread: str) -> str:
    """The name without what numbers it: "reader_3" and "reader_0" are one pool."""
    return thread.strip().rstrip("0123456789").rstrip("_-#:") or thread


def by_python_function(lines: Iterable[str]) -> Counter[str]:
    """Samples by the innermost function of ours, of folded stacks "outer (file:line);inner (file:line) count".

    What a library does for us counts as the function of ours that called it; stacks without any are left out.
    """
    found: Counter[str] = Counter()
    for line in lines:
        stack, _, count = line.rpartition(" ")
        ours = next((frame for frame in reversed(stack.split(";")) if _is_ours(frame)), None)
        if ours is not None and count.isdigit():
            found[_without_line(ours)] += int(count)
    return found


def shares(counts: Mapping[str, int], most: int, whole: int | None = None) -> Shares:
    """The largest as shares of all, or of `whole`; the rest is left out."""
    total = whole or sum(counts.values())
    ranked = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    return {name: round(count / total, 4) for name, count in ranked[:most]} if total else {}


def busiest(threads: Mapping[str, Counter[str]], most: int) -> Sequence[str]:
    """The names of those that take most."""
    return sorted(threads, key=lambda name: (-sum(threads[name].values()), name))[:most]


def _is_ours(frame: str) -> bool:
    return any(f"({folder}" in frame or f"/{folder}" in frame for folder in _OF_OURS) and "site-packages" not in frame


def _without_line(frame: str) -> str:
    """ "run (engine/live/session/session.py:31)" is "engine/live/session/session.py run"."""
    function, _, where = frame.partition(" (")
    file = where.rpartition(":")[0] or where.rstrip(")")
    start = min((at for folder in _OF_OURS if (at := file.find(folder)) >= 0), default=0)
    return f"{file[start:]} {function}"
