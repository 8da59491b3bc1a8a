// Who has sent a message: where it came from, or, where a SIP proxy of ours has passed it on, who sent it to the proxy.
#pragma once

#include <string>

#include <pjsua2.hpp>

namespace telefoon {

// From now on believe these networks, and no other, in what they say of the messages that they pass on, in the header
// X-Telefoon-Source ("udp:192.0.2.1:5060"). All of it is called on the SIP thread.
void believe_proxies(const pj::StringVector &networks);

// Who has sent an INVITE, as "address:port". From now on its call's dialog is with that address too.
std::string sender_of_call(int call, const pj::SipRxData &invite);

} // namespace telefoon
