"""Turns numbers and applications into the published JSON."""

from api.http.json_fields import Json, known, moment_text
from api.http.serializers import disclosure_choice_json
from engine.model.applications import Application
from engine.model.numbers import Number


def number_json(number: Number) -> Json:
    """A number, and what answers calls to it."""
    return known(
        {
            "id": number.id,
            "number": number.e164,
            "date_created": moment_text(number.created_at),
            "friendly_name": number.friendly_name,
            "application_id": number.application_id,
            "url": number.url,
            "method": number.method,
            "fallback_url": number.fallback_url,
            "fallback_method": number.fallback_method,
            "status_callback": number.options.status_callback,
            "status_callback_method": number.options.status_callback_method,
            "status_callback_events": [*(number.options.status_callback_events or ())],
            "disclosure": disclosure_choice_json(number.options.disclosure),
        }
    )


def application_json(application: Application) -> Json:
    """An application with its fields."""
    return known(
        {
            "id": application.id,
            "date_created": moment_text(application.created_at),
            "date_updated": moment_text(application.updated_at),
            "friendly_name": application.friendly_name,
            "url": application.url,
            "method": application.method,
            "fallback_url": application.fallback_url,
            "fallback_method": application.fallback_method,
            "status_callback": application.status_callback,
            "status_callback_method": application.status_callback_method,
            "status_callback_events": [*application.status_callback_events],
        }
    )
