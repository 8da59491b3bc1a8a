"""Writes anew what is told of each document, in its file: to be read, not to be believed.

python -m tests.elements.renew
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.elements.documents import FOLDER, ElementDocument, read
from tests.elements.walking import checked, outcome


def renew() -> None:
    """Renew every file."""
    for file in sorted(FOLDER.glob("*.toml")):
        file.write_text(written([told_anew(each) for each in read(file)]), "utf-8")


def told_anew(document: ElementDocument) -> ElementDocument:
    """The document with what is told of it now."""
    with TemporaryDirectory() as folder:
        found = checked(document, Path(folder))
    simulated, refused = outcome(document)
    return replace(document, check=found, simulated=simulated, refused=refused)


def written(documents: Sequence[ElementDocument]) -> str:
    """The file of these documents."""
    return "\n".join(f"[{each.kind}]\n" + "".join(f"{line}\n" for line in _lines(each)) for each in documents)


def _lines(document: ElementDocument) -> Iterator[str]:
    yield f"document = '''\n{document.document}'''"
    for name in ("digits", "answers"):
        if value := getattr(document, name):
            yield f"{name} = {json.dumps(value)}"
    yield from _list("check", document.check)
    if document.refused:
        yield f"refused = '''{document.refused}'''"
    else:
        yield f"simulated = '''\n{document.simulated}'''"
    if document.heard:
        yield from _list("heard", document.heard)
    for path, told in document.asked.items():
        pairs = ", ".join(f"{name} = {json.dumps(value)}" for name, value in told.items())
        yield f'asked."{path}" = {{ {pairs} }}'


def _list(name: str, values: Sequence[str]) -> Iterator[str]:
    if len(values) < 2:
        yield f"{name} = {json.dumps(list(values), ensure_ascii=False)}"
        return
    yield f"{name} = ["
    yield from (f"  {json.dumps(each, ensure_ascii=False)}," for each in values)
    yield "]"


if __name__ == "__main__":
    renew()
