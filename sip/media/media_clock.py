"""How late the media clock is, which makes all sound."""

import pjsua2 as pj


def media_clock_lag_ms() -> float:
    """The most since it was last asked, in milliseconds. On any thread."""
    return float(pj.media_clock_lag_ms())
