// Our side of ICE on one line of media, which only answers (RFC 8445 section 2.5, "lite"): whom it believes, and which
// way media go. It knows nothing of sockets and descriptions; any thread may call it.
#pragma once

#include <mutex>
#include <vector>

#include <pjlib.h>
#include <pjmedia/transport_udp.h>

#include "stun_check.h"

namespace telefoon {

// What becomes of a packet.
struct IceVerdict {
    IceVerdict() : packet(PJMEDIA_UDP_PASS), leads(false) {}

    pjmedia_udp_verdict packet;
    bool leads;                     // whether media of its port go to where it came from, from now on
    std::vector<pj_uint8_t> answer; // to be sent to where it came from, if it is not empty
};

class IceSession {
public:
    IceSession();

    // What our descriptions say.
    IceCredentials ours();

    // A description of the far end that we have to answer. With other credentials than before, ICE begins anew (RFC
    // 8445 section 9), with other ones of ours; media keep their way until another is nominated.
    void offered(const IceCredentials &far_end);

    // Both descriptions are agreed on. A far end with credentials does its checks, and media are taken from where they
    // come from alone; without any, they come and go as without ICE. Answers to one offer of ours may have several.
    void agreed(const IceCredentials &far_end);

    IceVerdict take(bool is_rtcp, const void *packet, pj_size_t size, const pj_sockaddr &source);

private:
    static const unsigned PORTS = 2; // of RTP and of RTCP

    // From the credentials of a description to those of another.
    struct Round {
        Round();
        bool knows(bool is_rtcp, const pj_sockaddr &source) const;
        void note(bool is_rtcp, const pj_sockaddr &source);
        void forget_ways();

        IceCredentials ours;
        std::vector<pj_sockaddr> sources[PORTS]; // the last ones from which checks have come
        bool nominated[PORTS];
        pj_uint32_t priorities[PORTS]; // of what was nominated
    };

    void take_check(bool is_rtcp, const StunCheck &check, const pj_sockaddr &source, IceVerdict *verdict);

    std::mutex mutex_;
    IceCredentials far_end_;
    std::vector<Round> rounds_; // that of now first; behind it the one before, until this one has nominated a way
    bool checks_;               // whether it was agreed on that the far end does
};

} // namespace telefoon
