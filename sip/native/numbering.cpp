#include "numbering.h"

#include <cstdlib>

namespace telefoon {

namespace {

// No network holds up a packet for so many others: the sender has begun to count anew.
const int FAR = 1000;

pj_int16_t ahead(pj_uint16_t seq, pj_uint16_t of)
{
    return (pj_int16_t)(pj_uint16_t)(seq - of);
}

} // namespace

void Numbering::begin(pj_uint32_t rate)
{
    clock_rate = rate;
    settled = false;
}

bool Numbering::goes_on(const Arrived &packet, const Numbers &last) const
{
    if (!settled || packet.ssrc != highest.ssrc || last.seq != highest_sent)
        return false;
    const int distance = ahead(packet.seq, highest.seq);
    if (std::abs(distance) > FAR || (packet.marker && distance > 0))
        return false;
    const pj_int32_t later = (pj_int32_t)(packet.ts - highest.ts);
    return later <= (pj_int32_t)clock_rate && later >= -(pj_int32_t)clock_rate;
}

bool Numbering::number(const Arrived &packet, const Numbers &last, pj_uint32_t gap, Numbers *given, bool *begins)
{
    *begins = !goes_on(packet, last);
    if (*begins) {
        settled = true;
        highest = packet;
        before_first = last.seq;
        highest_sent = last.seq + 1;
        ts_distance = last.ts + gap - packet.ts;
    }
    given->seq = highest_sent + ahead(packet.seq, highest.seq);
    given->ts = packet.ts + ts_distance;
    if (ahead(packet.seq, highest.seq) > 0) {
        highest = packet;
        highest_sent = given->seq;
    }
    return (pj_int32_t)(given->seq - before_first) > 0;
}

} // namespace telefoon
