#pragma once

#include <string>

#include "numbering.h"

namespace telefoon {

struct Leg;

// What two lines must have in common for the packets of one to be sent on the other as they are.
class PacketForm {
public:
    PacketForm() = default;
    explicit PacketForm(pjmedia_stream *stream);

    // Whether what `heard` is to be sent may be what comes in by this form.
    bool suits(const PacketForm &heard) const;

    // Of the timestamps, which are not always those of the sound (RFC 3551 section 4.5.2, RFC 7587 section 4.1).
    unsigned clock_rate = NARROWBAND;
    unsigned packet_ts = 0; // by how much they grow from packet to packet

private:
    std::string text; // codec, rate, channels, packet time and format parameters
    bool receives = false, sends = false;
};

// On the side of a leg that is sent another's packets as they are: whose, and how they are numbered.
struct Passing {
    const Leg *speaker = NULL;
    Numbering numbering;
    unsigned silent = 0; // so many frames could have been sent since the last packet
};

} // namespace telefoon
