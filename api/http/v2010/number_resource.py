"""Numbers, and the applications that answer them, as programs of /2010-04-01 know them."""

from typing import Final

from api.http.json_fields import Json
from api.http.v2010.contract import API_VERSION
from api.http.v2010.fields import resource_uri, rfc2822
from engine.model.applications import Application
from engine.model.numbers import Number

_NO_MESSAGES: Final = dict.fromkeys(("sms_url", "sms_method", "sms_fallback_url", "sms_fallback_method"))
_OF_THE_CARRIER: Final = {
    "address_requirements": "none",
    "beta": False,
    "origin": "hosted",
    "status": "in-use",
    "type": None,
    "voice_receive_mode": "voice",
    "emergency_status": "Inactive",
    "emergency_address_status": "unregistered",
    "emergency_address_sid": None,
    "address_sid": None,
    "identity_sid": None,
    "bundle_sid": None,
    "trunk_sid": None,
}
"""Fields of a number of which the carrier knows, or which are the same for all numbers here."""


def number_resource(number: Number) -> Json:
    """A number of the account, and what answers calls to it."""
    return {
        **_known_by(number, "IncomingPhoneNumbers"),
        **_answering(number),
        "api_version": API_VERSION,
        "voice_application_sid": number.application_id,
        "status_callback": number.options.status_callback,
        "status_callback_method": number.options.status_callback_method,
        "sms_application_sid": None,
        "capabilities": {"voice": True, "sms": False, "mms": False, "fax": False},
        **_OF_THE_CARRIER,
        "subresource_uris": {},
    }


def caller_id_resource(number: Number) -> Json:
    """A number that calls of the account may show."""
    return _known_by(number, "OutgoingCallerIds")


def application_resource(application: Application) -> Json:
    """An application of the account."""
    return {
        "sid": application.id,
        "account_sid": application.account_id,
        "api_version": API_VERSION,
        "friendly_name": application.friendly_name,
        "date_created": rfc2822(application.created_at),
        "date_updated": rfc2822(application.updated_at),
        **_answering(application),
        "status_callback": application.status_callback,
        "status_callback_method": application.status_callback_method,
        "sms_status_callback": None,
        "message_status_callback": None,
        "public_application_connect_enabled": False,
        "uri": resource_uri(application.account_id, "Applications", application.id),
    }


def _known_by(number: Number, noun: str) -> Json:
    return {
        "sid": number.id,
        "account_sid": number.account_id,
        "friendly_name": number.friendly_name or number.e164,
        "phone_number": number.e164,
        "date_created": rfc2822(number.created_at),
        "date_updated": rfc2822(number.created_at),
        "uri": resource_uri(number.account_id, noun, number.id),
    }


def _answering(one: Number | Application) -> Json:
    return {
        "voice_url": one.url,
        "voice_method": one.method,
        "voice_fallback_url": one.fallback_url,
        "voice_fallback_method": one.fallback_method,
        "voice_caller_id_lookup": False,
        **_NO_MESSAGES,
    }
