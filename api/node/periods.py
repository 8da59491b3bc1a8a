"""The periods of retention that the settings name."""

from config.settings import Settings
from engine.privacy.retention import DataCategory, Periods


def periods_of(settings: Settings) -> Periods:
    """Days by kind, for accounts without their own."""
    return Periods({kind: getattr(settings, f"keep_{kind}_days") for kind in DataCategory})
