// Whom a dialog is with, and so who may speak within it.
#pragma once

#include <pjsua-lib/pjsua.h>

namespace telefoon {

// From now on, until the endpoint ends, note of each dialog where its messages are sent: to the next hop of a request,
// back to whoever is answered. To be called once, on the SIP thread, when the endpoint is open.
void watch_dialog_peers();

// The dialog that a message names by its tags and its Call-ID; NULL if there is none.
pjsip_dialog *dialog_of(pjsip_rx_data *rdata);

// Whether an answer belongs to a request of ours, and a request to one that is being answered: an ACK or a CANCEL to
// its INVITE, any other to itself.
bool has_transaction(pjsip_rx_data *rdata);

// The dialog of that request; NULL if there is none.
pjsip_dialog *dialog_by_transaction(pjsip_rx_data *rdata);

// The dialog from which an answer to our INVITE has forked: another that it has begun. NULL if there is none.
pjsip_dialog *dialog_forked(pjsip_rx_data *answer);

// Whether a dialog is with this address, of whatever port: a message of it was sent there, or its route set or its
// remote target (RFC 3261 section 12.1) has that address.
bool is_with(pjsip_dialog *dialog, const pj_sockaddr &source);

// The last address that a dialog is with and that is no proxy of ours; of a dialog behind one, who sent its INVITE.
// NULL if there is none.
const pj_sockaddr *is_with_beyond_proxies(pjsip_dialog *dialog);

// From now on a dialog is with this address too.
void is_with_too(pjsip_dialog *dialog, const pj_sockaddr &source);

// Whether an answer comes from where its request was sent; `dialog` is the one that it belongs to, NULL if to none.
bool is_awaited(pjsip_rx_data *answer, pjsip_dialog *dialog);

} // namespace telefoon
