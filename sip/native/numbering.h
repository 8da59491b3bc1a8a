#pragma once

#include "pcm.h"

namespace telefoon {

// A packet's place on a line. Sequence numbers of what is sent are extended to 32 bits (RFC 3550 section A.1).
struct Numbers {
    pj_uint32_t seq, ts;
};

// A packet as it came, with its own line's numbers.
struct Arrived {
    pj_uint32_t ssrc;
    pj_uint16_t seq;
    pj_uint32_t ts;
    bool marker;
};

// How packets of one line are numbered on another: by distances that are settled once, so that loss and reordering stay
// visible to the far end. They are settled anew, with the next number that is free, where somebody else sends between,
// where the sender begins anew, and where a pause ends. Pure: no locks, no library.
class Numbering {
public:
    // Timestamps count so many a second.
    void begin(pj_uint32_t clock_rate);

    // What came between was no audio: the next packet follows the one before.
    void settle_anew() { settled = false; }

    // The numbers that the packet is sent by, and whether it begins anew, on a line that last sent `last` and would
    // send again `gap` later. False for a packet that came too late: it was before those that were settled with.
    bool number(const Arrived &packet, const Numbers &last, pj_uint32_t gap, Numbers *given, bool *begins);

private:
    bool goes_on(const Arrived &packet, const Numbers &last) const;

    bool settled = false;
    pj_uint32_t clock_rate = NARROWBAND;
    Arrived highest = Arrived();  // of those that came
    pj_uint32_t highest_sent = 0; // its number
    pj_uint32_t before_first = 0; // the last number of others
    pj_uint32_t ts_distance = 0;
};

} // namespace telefoon
