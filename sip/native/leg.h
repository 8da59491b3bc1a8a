#pragma once

#include "fifo.h"
#include "key_sounds.h"
#include "line.h"
#include "pace.h"
#include "passing.h"
#include "pcm.h"
#include "resampler.h"

namespace telefoon {

// The stream of a leg, and what waits between it, the bridge and a room. Hold `mutex` for all of it but its listener.
struct Leg : std::enable_shared_from_this<Leg> {
    std::mutex mutex;
    pjmedia_port *stream = NULL;
    Line line;
    KeySounds keys; // sent in place of all else
    unsigned rate = NARROWBAND;
    unsigned channels = 1;
    bool seated = false;
    bool tapped = false; // somebody reads `copy`
    unsigned bridge_rate = NARROWBAND;
    pj_int16_t copy[LONGEST]; // of what a room sent last, at the bridge's rate

    // Begin with a stream that was just made; end with the one there is, or with `port` alone. They lock by themselves.
    void begin(pjmedia_port *port, pjmedia_stream *created);
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

    // Send a frame of silence, at a tick of the bridge's clock: other legs that hear nothing are sent the same one.
    pj_status_t send_silence(unsigned tick);

    // What it hears from now on, but in a room, is no wider than sound at this rate. Locks by itself.
    void hear_up_to(unsigned rate_hz);

    // What waited for its time. Locks by itself.
    void send_due();

    // For the bridge, what the stream has, while it sits in no room.
    pj_status_t pass(pjmedia_frame *frame);

    // For the bridge, a frame of the stream's own length; the room's clock comes later, and takes the same one.
    void give_bridge(pjmedia_frame *frame);

    // From the bridge, while it sits in a room.
    void announce(const pjmedia_frame *frame);

    // From now on have each packet that it says sent to `heard` as it is, or to nobody; false where the two lines
    // differ. Both lock by themselves, one leg at a time.
    bool pass_to(const std::shared_ptr<Leg> &heard);
    void pass_to_nobody();

    // A packet that its stream has read, for that stream (pjmedia_stream_set_audio_cb). Locks by itself.
    static pj_bool_t offered(void *leg, const pjmedia_rtp_hdr *header, const void *payload, unsigned length);

    // From the bridge, when a frame is due: whether none is sent, since packets of another leg are.
    bool waits_for_packets();

private:
    void fit_encoder();
    unsigned frame_samples() const { return PJMEDIA_PIA_SPF(&stream->info) / channels; }
    bool pull();
    bool send_passed(const Leg &speaker, const pjmedia_rtp_hdr &header, const void *payload, unsigned length);
    void put(pj_int16_t *samples, unsigned count, pj_uint64_t mark);

    pjmedia_stream *made = NULL; // what is behind `stream`
    unsigned heard_rate = WIDEST, encoded_rate = 0;
    PacketForm form;
    Passing passing; // to it
    // Who is sent its packets, with a mutex that is held for nothing else: who reads a packet has its socket's lock,
    // for which a sender may wait while it holds `mutex`.
    std::mutex listener_mutex;
    std::weak_ptr<Leg> listener;
    bool sounding = false;
    Pace pace;
    Resampler to_bridge;
    Fifo said;      // at the stream's rate, where a room takes it
    Fifo announced; // what the bridge has for the leg while it sits in a room
    Fifo sent;      // for the stream, until there is a whole frame of its own length
    // Such a frame, one in all its channels, and one without sound.
    std::vector<pj_int16_t> whole, interleaved, silence;
};

} // namespace telefoon
