"""/accounts/{account}/disclosure: what people on an account's calls are told before a program speaks."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from aiohttp import web

from api.http.faults import Faults
from api.http.json_fields import Json
from api.http.requests import ApiRequest
from api.http.resources.disclosure_fields import disclosure_of
from api.http.serializers import disclosure_choice_json
from api.http.services import Resource, RestServices
from engine.errors import NotFound
from engine.model.accounts import Account
from engine.model.disclosure import NAME, DisclosureChoice, OwnNotice, assertion_facts
from engine.model.languages import REGION_OF_BARE_LANGUAGE, nearest_language


async def get_disclosure_terms(services: RestServices, asked: ApiRequest) -> web.Response:
    return web.json_response(await _shown(services, await _account(services, asked)))


async def change_disclosure_terms(services: RestServices, asked: ApiRequest) -> web.Response:
    account, body, faults = await _account(services, asked), asked.body, Faults()
    language = faults.read("language", _language, body.get("language", account.language), account.language)
    notices = body.get("notices", {})
    for field, fault in _faults_of(notices):
        faults.add(field, fault)
    given = body.get("disclosure", account.options.disclosure)
    choice = given if given is None or isinstance(given, DisclosureChoice) else disclosure_of(given, faults)
    faults.require_none()

    spoken_name = " ".join(body.get("spoken_name", account.spoken_name).split())
    await services.stores.accounts.speak_as(account.id, spoken_name, language)
    await services.stores.accounts.choose(account.id, replace(account.options, disclosure=choice))
    for spoken, text in notices.items():
        await services.stores.disclosures.set_text(account.id, spoken, text)
    asserted = assertion_facts(choice) if "disclosure" in body else {}
    await asked.audited(
        services.stores.audit, "account.disclosure", account.id, account=account.id, fields=sorted(body), **asserted
    )
    return web.json_response(await _shown(services, await _account(services, asked)))


def _language(given: str) -> str:
    return nearest_language(given) if given else ""


def _faults_of(notices: Mapping[str, str]) -> Sequence[tuple[str, str]]:
    """What is wrong with notices by language: the field, and a sentence that follows its name."""
    found = []
    for language, text in notices.items():
        if language not in REGION_OF_BARE_LANGUAGE:
            found.append((f"notices.{language}", f"is none of {', '.join(REGION_OF_BARE_LANGUAGE)}."))
        elif NAME not in text:
            found.append((f"notices.{language}", f"says nowhere for whom the program speaks: write {NAME} for that."))
    return found


async def _account(services: RestServices, asked: ApiRequest) -> Account:
    """The account of this name. Raises NotFound."""
    found = await services.stores.accounts.by_name(asked.path["account"])
    if found is None:
        raise NotFound("account", asked.path["account"])
    return found


async def _shown(services: RestServices, account: Account) -> Json:
    newest = {each.language: each for each in await services.stores.disclosures.texts(account.id)}
    return {
        "spoken_name": account.spoken_name,
        "language": account.language,
        "disclosure": disclosure_choice_json(account.options.disclosure),
        "notices": {language: _notice_json(own) for language, own in newest.items()},
    }


def _notice_json(own: OwnNotice) -> Json:
    return {"version": own.version, "text": own.text}


RESOURCES: Final[Mapping[str, Resource]] = {
    "getDisclosureTerms": get_disclosure_terms,
    "changeDisclosureTerms": change_disclosure_terms,
}
