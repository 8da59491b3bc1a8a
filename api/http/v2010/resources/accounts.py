"""/Accounts: the one account that the request's credentials open."""

from collections.abc import Mapping
from typing import Final

from aiohttp import web

from api.http.json_fields import Json
from api.http.requests import ApiRequest
from api.http.services import Resource, RestServices
from api.http.v2010.fields import resource_uri, rfc2822, subresources
from api.http.v2010.pages import page_json, wanted_page
from engine.model.accounts import Account

_NOUNS: Final = {
    "calls": "Calls",
    "conferences": "Conferences",
    "incoming_phone_numbers": "IncomingPhoneNumbers",
    "applications": "Applications",
    "outgoing_caller_ids": "OutgoingCallerIds",
    "queues": "Queues",
    "recordings": "Recordings",
    "usage": "Usage",
}


async def list_accounts(services: RestServices, asked: ApiRequest) -> web.Response:
    del services
    name, status = asked.query.get("FriendlyName"), asked.query.get("Status", "active")
    found = [asked.account] if name in (None, asked.account.name) and status == "active" else []
    page = wanted_page(asked)
    resources = [account_resource(each) for each in found]
    return web.json_response(page_json(asked, page, "accounts", found, resources, lambda account: account.created_at))


async def fetch_account(services: RestServices, asked: ApiRequest) -> web.Response:
    del services
    return web.json_response(account_resource(asked.account))


def account_resource(account: Account) -> Json:
    """An account as programs of this interface know it; its secret is told nowhere."""
    return {
        "sid": account.id,
        "owner_account_sid": account.id,
        "friendly_name": account.name,
        "status": "active",
        "type": "Full",
        "auth_token": None,
        "date_created": rfc2822(account.created_at),
        "date_updated": rfc2822(account.created_at),
        "uri": resource_uri(account.id),
        "subresource_uris": subresources(account.id, **_NOUNS),
    }


RESOURCES: Final[Mapping[str, Resource]] = {"ListAccount": list_accounts, "FetchAccount": fetch_account}
