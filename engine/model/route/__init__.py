"""A route: a row that says which calls go to which trunk, and how it is read."""

from engine.model.route.route import TrunkRoute
from engine.model.route.times_of_week import TimeOfWeek, Weekday

__all__ = ["TimeOfWeek", "TrunkRoute", "Weekday"]
