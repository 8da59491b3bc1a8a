"""What the calls of a trunk agree on with its far end, for which the library's account has no setting."""

from typing import Final

import pjsua2 as pj

from engine.model.trunk import Refresher, ReliableProvisionals, RtpSource, Trunk

_SOURCES: Final = {RtpSource.FOLLOW: 0, RtpSource.FIRST: 1, RtpSource.SIGNALLED: 2}


def session_terms(trunk: Trunk | None) -> pj.SessionTerms:
    """What messages of its calls say; without a trunk, what those of our own say."""
    terms = pj.SessionTerms()
    if trunk is not None:
        terms.rtpSource = _SOURCES[trunk.rtp_source]
        terms.replaces = trunk.replaces
        terms.refresher = "" if trunk.session_refresher is Refresher.ANY else trunk.session_refresher.value
        terms.reliable = trunk.reliable_provisionals is not ReliableProvisionals.OFF
    return terms
