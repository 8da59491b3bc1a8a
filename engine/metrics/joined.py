"""Metrics of several nodes joined to one text: each figure says of which node it is."""

from collections.abc import Mapping
from typing import Final

_HELP: Final = "# HELP "
_COMMENT: Final = "#"


def joined(texts: Mapping[str, str]) -> str:
    """The metrics of nodes by their names, in the text format of Prometheus, with the label `node` in each line.

    What a metric is stands once before the lines of all nodes, as the format wants it.
    """
    described: dict[str, list[str]] = {}
    samples: dict[str, list[str]] = {}
    for node, text in texts.items():
        metric, is_new = "", False
        for line in text.splitlines():
            if line.startswith(_HELP):
                metric = line.removeprefix(_HELP).split()[0]
                is_new = metric not in described
                described.setdefault(metric, [])
            if line.startswith(_COMMENT):
                if is_new:
                    described[metric].append(line)
            else:
                samples.setdefault(metric, []).append(_labelled(line, node))
    lines = [line for metric, told in described.items() for line in (*told, *samples.get(metric, []))]
    return "".join(f"{line}\n" for line in lines)


def _labelled(sample: str, node: str) -> str:
    name, brace, labels = sample.partition("{")
    if brace:
        return f'{name}{{node="{node}",{labels}'
    name, _, figure = sample.partition(" ")
    return f'{name}{{node="{node}"}} {figure}'
