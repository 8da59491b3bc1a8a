"""What the calls of a trunk agree on with its far end, for which the library's account has no setting."""

import pjsua2 as pj

from engine.model.trunk import Refresher, ReliableProvisionals, Trunk


def session_terms(trunk: Trunk | None) -> pj.SessionTerms:
    """What messages of its calls say; without a trunk, what those of our own say."""
    terms = pj.SessionTerms()
    if trunk is not None:
        terms.refresher = "" if trunk.session_refresher is Refresher.ANY else trunk.session_refresher.value
        terms.reliable = trunk.reliable_provisionals is not ReliableProvisionals.OFF
    return terms
