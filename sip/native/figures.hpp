// What a leg's line was like, over all of its streams.
#pragma once

#include <string>

namespace telefoon {

// Counts of RTP packets since the leg began, and what RTCP told (RFC 3550 section 6.4). A time of -1 is not known.
struct Figures {
    Figures();

    std::string codec; // by its name in SDP; empty before there is one
    unsigned received, lost, discarded, sent;
    double jitter_ms, mean_jitter_ms; // of what comes in
    double round_trip_ms;             // the last that RTCP gave
    double buffer_ms;                 // how long packets wait in the jitter buffer, on average
    unsigned far_reports, far_lost;   // what the far end tells of our packets
    double far_jitter_ms;
    unsigned strange;           // packets of RTP and RTCP that were not the far end's
    std::string first_stranger; // whence the first of these came, as address:port; empty without any
};

} // namespace telefoon
