"""<Application> of <Dial>: what it is written as, and what the caller is answered by."""

from collections.abc import Mapping
from typing import Any

import pytest

from engine.errors import DocumentError, LegGone, WebhookError
from engine.flow.document import Document
from engine.flow.interpreter import Interpreter
from engine.flow.next_step import GoTo, HttpMethod
from engine.flow.parse import parse
from tests.unit.flow.noted_actions import NotedActions

SID = f"AP{'0' * 31}1"
HOME = "https://shop.example/home"
SPARE = "https://shop.example/spare"


class Pages:
    """A customer's server: documents by their URL, and what it was told."""

    def __init__(self, **pages: str) -> None:
        self.pages = {f"https://shop.example/{name}": body for name, body in pages.items()}
        self.asked: list[tuple[str, str, Mapping[str, str]]] = []

    async def __call__(
        self, url: str, method: str, params: Mapping[str, str], *, hidden: frozenset[str] = frozenset()
    ) -> Document:
        del hidden
        self.asked.append((url, method, params))
        if url not in self.pages:
            raise WebhookError(f"{url}: 404")
        return parse(self.pages[url])


def dialling(inside: str, attributes: str = "") -> str:
    return f"<Response><Dial {attributes}><Application>{inside}</Application></Dial><Say>After.</Say></Response>"


async def performed(document: str, pages: Pages, starts: tuple[GoTo, ...], **outcomes: Any) -> NotedActions:
    actions = NotedActions(application=starts, **outcomes)
    await Interpreter(pages, now=lambda: 0.0).run(parse(document), actions, "https://shop.example/")
    return actions


def said(actions: NotedActions) -> list[str]:
    return [each.text for each in actions.asked_to("say")]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "written",
    [
        f"<Application>{SID}</Application>",
        f'<Application applicationSid="{SID}"/>',
        f"<Application><ApplicationSid>{SID}</ApplicationSid></Application>",
        f'<Application><ApplicationSid sid="{SID}"/></Application>',
    ],
)
def test_an_application_is_named_in_one_of_four_ways_which_are_the_same(written: str) -> None:
    plain = parse(f"<Response><Dial><Application>{SID}</Application></Dial></Response>")

    assert parse(f"<Response><Dial>{written}</Dial></Response>") == plain


@pytest.mark.parametrize(
    "inside",
    [
        "<Application/>",
        "<Application>shop</Application>",
        f"<Application>{SID}<ApplicationSid>{SID}</ApplicationSid></Application>",
        f"<Application>{SID}</Application><Number>+3225550199</Number>",
    ],
)
def test_an_application_is_one_and_stands_alone(inside: str) -> None:
    with pytest.raises(DocumentError, match=r"one application's identifier|an application's identifier|stands alone"):
        parse(f"<Response><Dial>{inside}</Dial></Response>")


async def test_its_document_is_performed_and_the_flow_goes_on_where_it_ends() -> None:
    pages = Pages(home="<Response><Say>In it.</Say><Redirect>/next</Redirect></Response>",
                  next="<Response><Say>Next.</Say><Hangup/><Say>Not said.</Say></Response>")  # fmt: skip

    actions = await performed(dialling(SID), pages, (GoTo(HOME, HttpMethod.GET),))

    assert said(actions) == ["In it.", "Next.", "After."]
    assert [action for action, *_ in actions.asked][:2] == ["answer", "application"]
    assert [(url, method) for url, method, _ in pages.asked] == [(HOME, "GET"), ("https://shop.example/next", "POST")]
    assert [action for action, *_ in actions.asked].count("hang_up") == 1, "at the end of the flow"


async def test_it_is_told_its_identifier_its_customer_and_its_parameters() -> None:
    inside = f'<ApplicationSid>{SID}</ApplicationSid><Parameter name="tier" value="gold"/>'
    pages = Pages(home="<Response/>")

    await performed(dialling(inside), pages, (GoTo(HOME),))
    of_parent = dialling(inside).replace("<Application>", '<Application copyParentTo="true" customerId="7">')
    await performed(of_parent, pages, (GoTo(HOME),))

    assert [told for *_, told in pages.asked] == [
        {"tier": "gold", "To": SID, "customerId": "AC1"},
        {"tier": "gold", "To": "+3225550199", "customerId": "7"},
    ]


async def test_its_fallback_is_performed_where_its_document_can_not_be_had() -> None:
    pages = Pages(spare="<Response><Say>Spare.</Say></Response>", done="<Response/>")

    actions = await performed(dialling(SID, 'action="/done"'), pages, (GoTo(HOME), GoTo(SPARE)))

    assert said(actions) == ["Spare."]
    assert pages.asked[-1][2]["DialCallStatus"] == "completed"
    assert actions.asked_to("note") == ["dial_failed"]


async def test_an_application_that_is_not_there_leaves_the_flow_where_it_is() -> None:
    pages = Pages(done="<Response/>")

    actions = await performed(dialling(SID, 'action="/done"'), pages, ())

    assert actions.asked_to("application") == [SID]
    assert pages.asked[-1][2]["DialCallStatus"] == "failed"


async def test_a_caller_who_hangs_up_in_it_is_gone_from_the_flow_too() -> None:
    pages = Pages(home="<Response><Pause length='9'/></Response>")

    actions = await performed(dialling(SID), pages, (GoTo(HOME),), pause=LegGone("gone"))

    assert said(actions) == []


async def test_applications_that_dial_each_other_without_end_are_stopped() -> None:
    pages = Pages(home=dialling(SID).replace("<Say>After.</Say>", ""))

    with pytest.raises(Exception, match="more than 10 deep"):
        await performed(dialling(SID), pages, (GoTo(HOME),))
