// Connectivity checks of ICE (RFC 8445 section 7.3): STUN binding requests (RFC 8489), and what is answered to them.
#pragma once

#include <string>
#include <vector>

#include <pjlib.h>

namespace telefoon {

// What one side of ICE is known by and proves itself with.
struct IceCredentials {
    std::string ufrag, pwd;

    bool operator==(const IceCredentials &other) const { return ufrag == other.ufrag && pwd == other.pwd; }
    bool operator!=(const IceCredentials &other) const { return !(*this == other); }
};

// What was read in a packet of STUN.
struct StunCheck {
    StunCheck() : proves(-1), nominates(false), priority(0) {}

    int proves;                     // the number of the credentials that whoever sent it has; -1 for none of them
    bool nominates;                 // whether media go by the way that it took (USE-CANDIDATE)
    pj_uint32_t priority;           // of the way, as the far end has it
    std::vector<pj_uint8_t> answer; // empty where there is none
};

// Whether a packet on a port of RTP or RTCP is one of STUN (RFC 7983 section 7).
bool is_stun(const void *packet, pj_size_t size);

// Reads a packet of STUN that came from `source`. Whoever does not prove to know the password that belongs to the name
// given is answered with 400 or 401.
StunCheck read_check(const void *packet, pj_size_t size, const pj_sockaddr &source,
                     const std::vector<IceCredentials> &ours);

} // namespace telefoon
