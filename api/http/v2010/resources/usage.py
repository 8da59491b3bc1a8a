"""/Usage/Records: how many calls, minutes and recordings an account had, and what they cost."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlencode

from aiohttp import web

from api.http.json_fields import Json
from api.http.requests import ApiRequest
from api.http.services import Resource, RestServices
from api.http.v2010.contract import API_VERSION
from api.http.v2010.fields import account_uri, resource_uri
from api.http.v2010.pages import page_json, wanted_page
from api.http.v2010.usage_days import UsageDays, days_asked
from engine.model.rating import CURRENCY
from engine.model.usage import CATEGORIES, Bucket, Category, Usage

_PATH: Final = ("Usage", "Records")


@dataclass(frozen=True, slots=True)
class UsageRecord:
    """A category's usage of some days; `id` is its place in a list."""

    id: str
    category: Category
    days: UsageDays
    usage: Usage


def _records_of(name: str, bucket: Bucket) -> Resource:
    """The resource of records of one subresource: of days that it names, or of each day, month or year."""

    async def list_records(services: RestServices, asked: ApiRequest) -> web.Response:
        page, now = wanted_page(asked), datetime.now(UTC)
        days = days_asked(asked.query, name, asked.account.created_at.date(), now.date())
        found = await services.stores.usage.of(asked.account.id, days.since, days.until, bucket)
        records = [*_records(found, days, bucket, _categories(asked.query.get("Category")))]
        start = page.number * page.size
        shown = records[start : start + page.size]
        resources = [_resource(asked, name, each, now) for each in shown]
        return web.json_response(page_json(asked, page, "usage_records", shown, resources, lambda _: now))

    return list_records


def _categories(wanted: str | None) -> Sequence[Category]:
    return [each for each in CATEGORIES if wanted in (None, each.name)]


def _records(
    found: Mapping[str, Mapping[Category, Usage]], days: UsageDays, bucket: Bucket, categories: Iterable[Category]
) -> Iterable[UsageRecord]:
    """One for each category; of buckets those in which there was something, the newest first."""
    wanted = [*categories]
    if bucket is Bucket.ALL:
        used = found.get("", {})
        yield from (UsageRecord(each.name, each, days, used.get(each, Usage())) for each in wanted)
        return
    for begins in sorted(found, reverse=True):
        within = days.within(begins)
        for each in wanted:
            yield UsageRecord(f"{begins} {each.name}", each, within, found[begins].get(each, Usage()))


def _resource(asked: ApiRequest, name: str, record: UsageRecord, now: datetime) -> Json:
    category, days = record.category, record.days
    place = (*_PATH, name) if name else _PATH
    since, until = days.since.isoformat(), days.until.isoformat()
    query = urlencode({"Category": category.name, "StartDate": since, "EndDate": until})
    return {
        "account_sid": asked.account.id,
        "api_version": API_VERSION,
        "as_of": now.replace(microsecond=0).isoformat(),
        "category": category.name,
        "description": category.description,
        "count": str(record.usage.count),
        "count_unit": category.count_unit,
        "usage": str(record.usage.amount),
        "usage_unit": category.usage_unit,
        "price": str(record.usage.price),
        "price_unit": CURRENCY.lower(),
        "start_date": since,
        "end_date": until,
        "uri": f"{account_uri(asked.account.id, *place)}.json?{query}",
        "subresource_uris": {
            each.lower() if each != "AllTime" else "all_time": f"{resource_uri(asked.account.id, *_PATH, each)}?{query}"
            for each in SUBRESOURCES
        },
    }


SUBRESOURCES: Final[Mapping[str, Bucket]] = {
    "AllTime": Bucket.ALL,
    "Daily": Bucket.DAY,
    "LastMonth": Bucket.ALL,
    "Monthly": Bucket.MONTH,
    "ThisMonth": Bucket.ALL,
    "Today": Bucket.ALL,
    "Yearly": Bucket.YEAR,
    "Yesterday": Bucket.ALL,
}
RESOURCES: Final[Mapping[str, Resource]] = {
    "ListUsageRecord": _records_of("", Bucket.ALL),
    **{f"ListUsageRecord{name}": _records_of(name, bucket) for name, bucket in SUBRESOURCES.items()},
}
