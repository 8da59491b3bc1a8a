// Who has sent a message, for what stands before the library.
#pragma once

#include <string>

#include <pjsip.h>

namespace telefoon {

// It has no address that anybody has where a proxy says it unreadably, or more than once.
pj_sockaddr sender_of(const pjsip_rx_data *rdata);

// The same as "address:port", IPv6 in brackets.
std::string name_of_sender(const pjsip_rx_data *rdata);

// Whether it is the address of a proxy that is believed.
bool is_proxy(const pj_sockaddr &address);

// Whether such a proxy has passed a message on from somebody else.
bool is_passed_on(const pjsip_rx_data *rdata);

} // namespace telefoon
