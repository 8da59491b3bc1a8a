// The SIP messages of the last calls, as they were on the wire, for whoever wants to know what became of one.
#pragma once

#include <string>
#include <vector>

#include <pjsua2.hpp>

namespace telefoon {

// A message that was sent or has come in.
struct TracedMessage {
    TracedMessage() : at(0), sent(false) {}

    double at; // seconds since 1970
    bool sent;
    std::string transport;     // UDP, TCP, TLS
    std::string local, remote; // "address:port", IPv6 in brackets
    std::string text;
};

// From now on, until the endpoint ends, keep the messages of so many calls, the last that anything was heard of. A call
// begins with an INVITE; one that comes in is a stranger's, of whom so many are kept beside, until keep_traced. Of one
// that has more than `bytes`, its first and its last messages stay. To be called on the SIP thread, after libInit.
void open_message_trace(unsigned calls, unsigned strangers, unsigned bytes) PJSUA2_THROW(pj::Error);

// A call that has come in is no stranger's: however many strangers call, it stays. On the SIP thread.
void keep_traced(const std::string &call_id);

// What was kept of a Call-ID, in the order in which it happened; on the SIP thread.
std::vector<TracedMessage> traced_messages(const std::string &call_id);

} // namespace telefoon

#ifdef SWIG
%template(TracedMessageVector) std::vector<telefoon::TracedMessage>;
#endif
