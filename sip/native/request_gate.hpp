// What comes in by SIP before the library sees it: requests to be answered, descriptions to be read otherwise.
#pragma once

#include <pjsua2.hpp>

namespace telefoon {

// A message that has come in, and what becomes of it.
struct GatedRequest {
    GatedRequest()
        : passedOn(false), inCall(false), callId(PJSUA_INVALID_ID), account(PJSUA_INVALID_ID), replaces(false), code(0)
    {
    }

    std::string method;
    std::string source;  // "address:port", IPv6 in brackets
    bool passedOn;       // by a proxy of ours, from that source
    std::string message; // as it came; empty where only its description is shown
    bool inCall;         // it belongs to a dialog that there is
    int callId;          // the library's number of that dialog's call

    std::string certificates; // that a client has shown on its connection, as PEM; only of what belongs to no dialog

    int account; // set it to have that account take an INVITE, else the library looks at To

    bool replaces; // set it to have the library take an INVITE without its Replaces, by which it would act itself

    std::string description; // the SDP in it, empty if there is none; set it to have the library read another

    int code;                    // set it to answer with that code, or to IGNORED; 0 passes the request on
    pj::SipHeaderVector headers; // of the answer
};

// To be derived from; there is at most one at a time, and it outlives the endpoint's transports.
//
// Asked about each request that opens nothing in the library yet: INVITE, OPTIONS and whatever else comes outside a
// dialog, and within one those that are answered without changing it. ACK and CANCEL of what is there, BYE, PRACK,
// UPDATE, REFER and INVITE within a dialog pass unasked.
class RequestGate {
public:
    static const int IGNORED = -1;

    RequestGate();
    virtual ~RequestGate();

    // Stand before the library, from now until its end. To be called once, when the endpoint is open.
    void open() PJSUA2_THROW(pj::Error);

    // Called on the SIP thread; they must not throw. The second is for a message that passes unasked, or an answer: its
    // description may be set, its code means nothing.
    virtual void onRequest(GatedRequest &request) { (void)request; }
    virtual void onDescription(GatedRequest &message) { (void)message; }

private:
    RequestGate(const RequestGate &);
    RequestGate &operator=(const RequestGate &);
};

// From now on no message says that we take these methods, media types and extensions (Allow, Accept, Supported).
void do_not_claim(const pj::StringVector &names);

// From now on bytes beyond ASCII are read in tokens, users and parameters too, where RFC 3261 section 25.1 has none:
// some far ends write them, and a message that can't be read would get no answer.
void read_bytes_beyond_ascii();

} // namespace telefoon
