"""Every element that the package twilio can write, with three documents: what is told of each before it is called.

What the far end of a real call hears of them is in tests/product/test_elements.py.
"""

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from xml.etree.ElementTree import Element, fromstring

import pytest

from tests.elements.documents import FOLDER, ElementDocument, documents
from tests.elements.package import packaged
from tests.elements.walking import checked, outcome

DOCUMENTS = documents()
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def elements(element: str) -> list[Element]:
    """All that stand in the documents of one element, and which of its names."""
    found = [fromstring(each.document.strip()) for each in DOCUMENTS if each.element == element]
    return [inner for each in found for inner in each.iter()]


def attributes_of(element: str) -> set[str]:
    """Those with which it is written in its documents."""
    name = packaged()[element].name
    written = {attribute for each in elements(element) if each.tag == name for attribute in each.attrib}
    return {"xml:lang" if attribute == XML_LANG else attribute for attribute in written}


def placements() -> Mapping[str, set[str]]:
    """What stands in what, by name, in any document."""
    found = defaultdict[str, set[str]](set)
    for document in DOCUMENTS:
        for each in fromstring(document.document.strip()).iter():
            found[each.tag.rpartition("}")[2]] |= {inner.tag for inner in each}
    return found


@pytest.mark.promise
def test_every_element_of_the_package_has_its_documents_and_no_other() -> None:
    assert {file.stem for file in FOLDER.glob("*.toml")} == set(packaged())


@pytest.mark.promise
@pytest.mark.parametrize("element", packaged())
def test_every_attribute_of_the_package_is_written_in_the_documents_of_its_element(element: str) -> None:
    assert packaged()[element].attributes - attributes_of(element) == set()


@pytest.mark.promise
@pytest.mark.parametrize("element", packaged())
def test_every_element_stands_wherever_the_package_can_put_it(element: str) -> None:
    parent = packaged()[element]
    inside = {packaged()[each].name for each in parent.inside}

    assert inside - placements()[parent.name] == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_the_check_tells_what_becomes_of_each_mistake(document: ElementDocument, tmp_path: Path) -> None:
    assert list(checked(document, tmp_path)) == list(document.check)


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_a_simulated_call_goes_as_it_is_told(document: ElementDocument) -> None:
    assert outcome(document) == (document.simulated, document.refused)
