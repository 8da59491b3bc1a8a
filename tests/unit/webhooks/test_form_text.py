"""A request's form is written as the standard library writes it."""

from urllib.parse import urlencode

from hypothesis import example, given
from hypothesis import strategies as st

from engine.webhooks.request import form_text

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@given(params=st.dictionaries(TEXTS, TEXTS, max_size=5))
@example(params={"From": "+3225550100", "Speech": "één & twee = 3 % ☎", "Empty": ""})
def test_any_names_and_values_are_written_as_urlencode_does(params: dict[str, str]) -> None:
    assert form_text(params) == urlencode(params)
