"""Numbers, applications and caller ids at /2010-04-01: the same that /v1/voice has."""

import pytest

from engine.ids import IdKind, new_id
from tests.unit.api.conftest import NUMBER, TO
from tests.unit.api.v2010.conftest import Program

ANSWERED = {
    "VoiceUrl": "https://shop.example/flow",
    "VoiceMethod": "GET",
    "VoiceFallbackUrl": "https://shop.example/other",
    "VoiceFallbackMethod": "GET",
}
TOLD = {"StatusCallback": "https://shop.example/told", "StatusCallbackMethod": "GET"}
WITHOUT_EFFECT = {"SmsUrl": "https://shop.example/sms", "SmsMethod": "GET", "VoiceCallerIdLookup": "false"}


async def own_number(program: Program) -> str:
    (number,) = (await program.get("IncomingPhoneNumbers"))[1]["incoming_phone_numbers"]
    return str(number["sid"])


async def test_numbers_are_listed_and_looked_up(program: Program) -> None:
    _, page = await program.get("IncomingPhoneNumbers", PhoneNumber="0100")

    (number,) = page["incoming_phone_numbers"]
    assert (number["phone_number"], number["friendly_name"], number["voice_url"]) == (NUMBER, NUMBER, None)
    assert number["capabilities"]["voice"] is True
    assert (await program.ask("GET", number["uri"]))[1] == number
    assert (await program.get("IncomingPhoneNumbers", PhoneNumber="0199"))[1]["incoming_phone_numbers"] == []


async def test_what_answers_a_number_is_changed_for_both_doors(program: Program) -> None:
    sid = await own_number(program)

    form = {**ANSWERED, **TOLD, **WITHOUT_EFFECT, "FriendlyName": "Office"}
    status, number = await program.post(f"IncomingPhoneNumbers/{sid}", form)

    assert (status, number["friendly_name"], number["voice_url"]) == (200, "Office", ANSWERED["VoiceUrl"])
    assert (number["voice_method"], number["sms_url"]) == ("GET", None)
    taking = await program.site.services.stores.numbers.taking(NUMBER)
    assert taking is not None
    assert (taking.url, taking.fallback_url) == (ANSWERED["VoiceUrl"], ANSWERED["VoiceFallbackUrl"])
    assert (number["status_callback"], number["status_callback_method"]) == (TOLD["StatusCallback"], "GET")
    assert taking.options.status_callback_events == ("completed",)
    assert (await program.site.request("GET", f"numbers/{sid}"))[1]["friendly_name"] == "Office"

    _, emptied = await program.post(f"IncomingPhoneNumbers/{sid}", {"VoiceUrl": "", "FriendlyName": ""})
    assert (emptied["voice_url"], emptied["friendly_name"]) == (None, NUMBER)
    assert emptied["voice_fallback_url"] == ANSWERED["VoiceFallbackUrl"]


async def test_a_change_of_nothing_changes_nothing(program: Program) -> None:
    sid = await own_number(program)

    assert (await program.post(f"IncomingPhoneNumbers/{sid}", WITHOUT_EFFECT))[0] == 200


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"VoiceUrl": "shop"}, 21502),
        ({"VoiceMethod": "PUT"}, 20001),
        ({"VoiceApplicationSid": f"AP{'0' * 32}"}, 21218),
        ({"AccountSid": f"AC{'0' * 32}"}, 20001),
        ({"TrunkSid": f"TK{'0' * 32}"}, 20001),
        ({"EmergencyStatus": "Active"}, 20001),
        ({"VoiceReceiveMode": "fax"}, 20001),
    ],
)
async def test_what_a_number_can_not_be_given_is_refused_by_name(
    program: Program, form: dict[str, str], code: int
) -> None:
    status, error = await program.post(f"IncomingPhoneNumbers/{await own_number(program)}", form)

    assert (status, error["code"]) == (400, code)
    assert next(iter(form)) in error["message"]


async def test_numbers_are_the_operators(program: Program) -> None:
    path = f"{program.place('IncomingPhoneNumbers')}/{await own_number(program)}.json"

    for status, error in (
        await program.post("IncomingPhoneNumbers", {"PhoneNumber": TO}),
        await program.ask("DELETE", path),
        await program.post("OutgoingCallerIds", {"PhoneNumber": TO}),
    ):
        assert (status, error["code"]) == (403, 20403)
        assert "telefoon numbers" in error["message"]


@pytest.mark.parametrize("kind", ["Local", "Mobile", "TollFree"])
async def test_numbers_are_not_listed_by_their_kind(program: Program, kind: str) -> None:
    status, error = await program.get(f"IncomingPhoneNumbers/{kind}")

    assert (status, error["code"]) == (404, 20404)
    assert "Of which kind a number is, is not known" in error["message"]


async def test_an_application_is_made_listed_changed_and_removed(program: Program) -> None:
    status, made = await program.post("Applications", {"FriendlyName": "shop", **ANSWERED, **TOLD, **WITHOUT_EFFECT})

    assert (status, made["friendly_name"], made["voice_url"]) == (201, "shop", ANSWERED["VoiceUrl"])
    assert (made["status_callback"], made["status_callback_method"]) == (TOLD["StatusCallback"], "GET")
    assert (await program.get("Applications", FriendlyName="shop"))[1]["applications"] == [made]
    assert (await program.get("Applications", FriendlyName="other"))[1]["applications"] == []
    assert (await program.site.request("GET", f"applications/{made['sid']}"))[1]["url"] == ANSWERED["VoiceUrl"]

    path = f"Applications/{made['sid']}"
    assert (await program.post(path, {"VoiceUrl": ""}))[1]["voice_url"] is None
    assert (await program.ask_without_body("DELETE", made["uri"])) == 204
    assert (await program.get(path))[0] == 404


async def test_an_application_without_a_name_is_given_one(program: Program) -> None:
    assert (await program.post("Applications", {}))[1]["friendly_name"] == "Application"


async def test_applications_are_paged_through(program: Program) -> None:
    made = [(await program.post("Applications", {"FriendlyName": str(each)}))[1]["sid"] for each in range(5)]

    seen = []
    _, page = await program.get("Applications", PageSize="2")
    while True:
        seen += [each["sid"] for each in page["applications"]]
        if page["next_page_uri"] is None:
            break
        _, page = await program.ask("GET", page["next_page_uri"])

    assert sorted(seen) == sorted(made)


async def test_a_number_is_answered_by_an_application_until_it_names_none(program: Program) -> None:
    _, shop = await program.post("Applications", ANSWERED)
    sid = await own_number(program)

    _, named = await program.post(f"IncomingPhoneNumbers/{sid}", {"VoiceApplicationSid": shop["sid"]})
    taking = await program.site.services.stores.numbers.taking(NUMBER)
    _, unnamed = await program.post(f"IncomingPhoneNumbers/{sid}", {"VoiceApplicationSid": ""})

    assert taking is not None
    assert (named["voice_application_sid"], taking.url) == (shop["sid"], ANSWERED["VoiceUrl"])
    assert unnamed["voice_application_sid"] is None


async def test_the_numbers_that_calls_may_show_are_the_accounts_own(program: Program) -> None:
    (shown,) = (await program.get("OutgoingCallerIds", PhoneNumber=NUMBER))[1]["outgoing_caller_ids"]

    assert (shown["phone_number"], shown["sid"]) == (NUMBER, await own_number(program))
    assert (await program.ask("GET", shown["uri"]))[1] == shown


@pytest.mark.parametrize("noun", ["IncomingPhoneNumbers", "OutgoingCallerIds", "Applications"])
async def test_what_is_anothers_is_nothing(program: Program, noun: str) -> None:
    stores = program.site.services.stores
    other = await stores.accounts.ensure("other")
    number, application = await stores.numbers.add(other.id, TO), await stores.applications.add(other.id, "shop")

    theirs = application.id if noun == "Applications" else number.id
    for sid in (theirs, new_id(IdKind.NUMBER)):
        assert (await program.get(f"{noun}/{sid}"))[1]["code"] == 20404
    assert len(
        (await program.get(noun))[1][
            {
                "IncomingPhoneNumbers": "incoming_phone_numbers",
                "OutgoingCallerIds": "outgoing_caller_ids",
                "Applications": "applications",
            }[noun]
        ]
    ) == (noun != "Applications")


async def test_an_application_answers_a_call_in_place_of_what_is_given_beside_it(program: Program) -> None:
    _, shop = await program.post("Applications", {**ANSWERED, **TOLD})

    form = {"To": TO, "From": NUMBER, "ApplicationSid": shop["sid"], "Url": "https://other.example/", "Method": "POST"}
    status, _ = await program.post("Calls", form)
    wrong = await program.post("Calls", {**form, "ApplicationSid": f"AP{'0' * 32}"})

    (order,) = program.site.call_service.orders
    assert (status, order.url, order.method) == (201, ANSWERED["VoiceUrl"], "GET")
    assert order.options.status_callback == TOLD["StatusCallback"]
    assert wrong[1]["code"] == 21218
