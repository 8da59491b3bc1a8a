// What the calls of an account agree on with the far end that the library has no setting for.
#pragma once

#include <pjsua2.hpp>

namespace telefoon {

struct SessionTerms {
    SessionTerms() : reliable(true), replaces(false), rtpSource(LEARNED) {}

    static const int LEARNED = 1;

    bool reliable;         // whether we say that we know reliable provisional answers (RFC 3262)
    bool replaces;         // whether we say that a call may take another's place (RFC 3891)
    std::string refresher; // who is to refresh the session (RFC 4028): uac, uas, or nobody named
    int rtpSource;         // whose RTP is taken: whoever's it is (0), whose is learned (1), the signalled address's (2)
};

// From now on, until the endpoint ends, messages of calls keep to their account's terms. To be called once, on the SIP
// thread as everything here, after libInit.
void open_session_terms() PJSUA2_THROW(pj::Error);

// Terms of the account's calls from the next on, by the library's number of it.
void set_session_terms(int account, const SessionTerms &terms);

} // namespace telefoon
