// Messages within dialogs that come from elsewhere than where the dialog is: seen before transactions and dialogs are.
#pragma once

#include <pjsua2.hpp>

namespace telefoon {

// A message of a dialog, or an answer, from an address that the dialog is not with.
struct OutsideMessage {
    OutsideMessage() : isAnswer(false), callId(PJSUA_INVALID_ID), code(0) {}

    std::string method;
    std::string source; // "address:port", IPv6 in brackets
    std::string text;   // as it came
    bool isAnswer;      // to a request of ours
    int callId;         // the library's number of the dialog's call; invalid for an answer that is no call's

    std::string certificates; // that a client has shown on its connection, as PEM

    int code;                    // set it to answer with that code, or to DROPPED; 0 lets the sender into the dialog
    pj::SipHeaderVector headers; // of the answer
};

// To be derived from; there is at most one at a time, and it outlives the endpoint's transports.
class OutsiderGuard {
public:
    static const int DROPPED = -1;

    OutsiderGuard();
    virtual ~OutsiderGuard();

    // Stand before the library, from now until its end. To be called once, when the endpoint is open.
    void stand() PJSUA2_THROW(pj::Error);

    // Called on the SIP thread; it must not throw.
    virtual void onOutsider(OutsideMessage &message) { (void)message; }

private:
    OutsiderGuard(const OutsiderGuard &);
    OutsiderGuard &operator=(const OutsiderGuard &);
};

} // namespace telefoon
