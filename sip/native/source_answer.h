// Answers to whom we don't know: they go where the request came from, whatever it says, and are not larger than it.
#pragma once

#include <pjsua2.hpp>

namespace telefoon {

// Answers without a transaction. Over UDP nothing is sent that is larger than what came: whoever forges a source would
// have us multiply what it sends. Of several challenges as many are left as there is room for, the first at least.
void answer_at_source(pjsip_rx_data *rdata, int code, const pjsip_hdr *headers);

// Answers 503 with Retry-After to whom we know, without a transaction (RFC 3261 section 8.2.7), so that a flood keeps
// nothing.
void ask_to_try_again(pjsip_rx_data *rdata, int after_s);

} // namespace telefoon
