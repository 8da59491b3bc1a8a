#pragma once

#include "figures.hpp"
#include "pcm.h"

namespace telefoon {

// Counts what comes and goes on a leg's line; a re-INVITE makes its stream anew, and the counts go on.
class Line {
public:
    void begin(pjmedia_stream *made);
    void end();

    // Grows with each packet that is not the far end's.
    unsigned strange() const;

    Figures figures() const;

    // Grows with each RTP packet and each RTCP report from the far end.
    unsigned life() const;

    // Before each frame that is taken from the stream. What waited there while nobody took any is old, and is dropped.
    void before_taking();

private:
    void note_strangers(Figures *now) const;
    bool is_stale(pj_uint32_t at_ms) const;
    void look_at_buffer(bool stale);

    pjmedia_stream *stream = NULL;
    Figures ended;
    double jitter_sum = 0; // over `jitter_count`, of streams that have ended
    unsigned jitter_count = 0, life_ended = 0;
    unsigned frames_per_packet = 1, frames_dropped = 0, buffer_dropped = 0;
    pj_uint32_t taken_at_ms = 0, looked_at_ms = 0;
    bool receives = true;
};

} // namespace telefoon
