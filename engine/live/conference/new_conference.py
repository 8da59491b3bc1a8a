"""A conference that is opened, by an order or by the first caller's flow."""

from engine.errors import WrongState
from engine.flow.plans import RoomPlan
from engine.ids import IdKind, new_id
from engine.live.orders import NewConference
from engine.live.services import CallServices
from engine.model.conference import Conference, ConferenceStatus


def opened(order: NewConference, services: CallServices) -> Conference:
    """The conference, which is still to be stored; this node is its root."""
    identifier, pins = new_id(IdKind.CONFERENCE), services.pins
    return Conference(
        id=identifier,
        account_id=order.account_id,
        friendly_name=order.friendly_name or identifier,
        status=ConferenceStatus.INIT,
        max_participants=order.max_participants,
        record=order.record,
        date_created=services.clock.now(),
        node=services.node,
        options=order.options,
        pin=pins.digest(identifier, order.pin) if order.pin else None,
        moderator_pin=pins.digest(identifier, order.moderator_pin) if order.moderator_pin else None,
    )


def order_of_plan(account_id: str, plan: RoomPlan) -> NewConference:
    """The order of who enters first, by its flow."""
    return NewConference(
        account_id, plan.name, plan.max_participants, plan.record, plan.options, plan.pin, plan.moderator_pin
    )


def name_in_use(conference: Conference) -> WrongState:
    """Why no other may be opened by its name."""
    name = conference.friendly_name
    return WrongState(f"A conference named {name!r} is open already: {conference.id}. Use it, or end it first.")
