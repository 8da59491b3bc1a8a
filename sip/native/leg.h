#pragma once

#include "fifo.h"
#include "line.h"
#include "pace.h"
#include "pcm.h"
#include "resampler.h"

namespace telefoon {

// The stream of a leg, and what waits between it, the bridge and a room. Hold `mutex` for all of it.
struct Leg : std::enable_shared_from_this<Leg> {
    std::mutex mutex;
    pjmedia_port *stream = NULL;
    Line line;
    unsigned rate = NARROWBAND;
    unsigned channels = 1;
    bool seated = false;
    bool tapped = false; // somebody reads `copy`
    unsigned bridge_rate = NARROWBAND;
    pj_int16_t copy[LONGEST]; // of what a room sent last, at the bridge's rate

    // Begin with a stream that was just made; end with the one there is, or with `port` alone. They lock by themselves.
    void begin(pjmedia_port *port, pjmedia_stream *made);
    void end(const pjmedia_port *port = NULL);

    // Take a seat, or leave it. Locks by itself.
    void sit(bool now);

    // 20 ms of what it says, at its rate; false for silence.
    bool take(pj_int16_t *into);

    // Nobody in the room hears it: leave what the bridge may have taken from the stream for others, and take nothing.
    void pass_over() { said.clear(); }

    // Send 20 ms, with what the bridge has announced since. `mark` is that of a frame which others are sent as well,
    // or 0 (encoded_mix.h).
    void push(pj_int16_t *samples, pj_uint64_t mark);

    // Give a frame of the stream's own length to the stream, when it is due.
    pj_status_t send(const pjmedia_frame &frame);

    // What waited for its time. Locks by itself.
    void send_due();

    // For the bridge, what the stream has, while it sits in no room.
    pj_status_t pass(pjmedia_frame *frame);

    // For the bridge, a frame of the stream's own length; the room's clock comes later, and takes the same one.
    void give_bridge(pjmedia_frame *frame);

    // From the bridge, while it sits in a room.
    void announce(const pjmedia_frame *frame);

private:
    unsigned frame_samples() const { return PJMEDIA_PIA_SPF(&stream->info) / channels; }
    bool pull();
    void put(pj_int16_t *samples, unsigned count, pj_uint64_t mark);

    bool sounding = false;
    Pace pace;
    Resampler to_bridge;
    Fifo said;      // at the stream's rate, where a room takes it
    Fifo announced; // what the bridge has for the leg while it sits in a room
    Fifo sent;      // for the stream, until there is a whole frame of its own length
    // Such a frame, and one in all its channels.
    std::vector<pj_int16_t> whole, interleaved;
};

} // namespace telefoon
