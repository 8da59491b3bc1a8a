#include "stream.hpp"

#include "door.h"
#include "live_stream.h"
#include "resampler.h"
#include "stream_thread.h"

namespace telefoon {

namespace {

const pj_int16_t QUIET[LONGEST] = {};

// A frame between two rates, and as it is sent, while it is made. One for all streams of the media clock's thread, so
// that it stays in the processor's cache.
struct FrameInWork {
    pj_int16_t samples[LONGEST];
    std::string encoded;
};

thread_local FrameInWork in_work;

// What goes to the program of one track: at the format's rate, encoded.
struct Fork {
    std::shared_ptr<LiveStream> stream;
    std::string track;
    Resampler from_bridge;
    pj_uint64_t ticks = 0;

    void add(const pj_int16_t *samples)
    {
        if (!stream->opened || stream->ended)
            return;
        from_bridge.run(samples ? samples : QUIET, in_work.samples);
        stream->format.encode(in_work.samples, stream->format.frame_samples(), in_work.encoded);
        stream->outbox.add_media(track, ticks++ * 1000 / FRAMES_PER_S, in_work.encoded);
        wake_stream(stream);
    }
};

// What comes from the program, at the bridge's rate.
struct Feed {
    std::shared_ptr<LiveStream> stream;
    unsigned bridge_rate;
    Resampler to_bridge;
    unsigned clears = 0;

    bool take(pj_int16_t *into)
    {
        unsigned now;
        const bool sounds = stream->fed.take(in_work.samples, now);
        forget_cleared(now);
        if (sounds)
            to_bridge.run(in_work.samples, into);
        return sounds;
    }

    // The resampler too has something of what was before.
    void forget_cleared(unsigned now)
    {
        if (now == clears)
            return;
        clears = now;
        to_bridge.set(bridge_rate, bridge_rate);
        to_bridge.set(stream->format.rate, bridge_rate);
    }
};

pj_status_t fork_get_frame(pjmedia_port *, pjmedia_frame *frame)
{
    frame->type = PJMEDIA_FRAME_TYPE_NONE;
    return PJ_SUCCESS;
}

// Called at every tick of the clock: with no frame of audio where nobody is wired to it.
pj_status_t fork_put_frame(pjmedia_port *port, pjmedia_frame *frame)
{
    const bool audible = frame->type == PJMEDIA_FRAME_TYPE_AUDIO;
    Door<Fork>::of(port).add(audible ? (const pj_int16_t *)frame->buf : NULL);
    return PJ_SUCCESS;
}

pj_status_t feed_get_frame(pjmedia_port *port, pjmedia_frame *frame)
{
    const bool sounds = Door<Feed>::of(port).take((pj_int16_t *)frame->buf);
    frame->type = sounds ? PJMEDIA_FRAME_TYPE_AUDIO : PJMEDIA_FRAME_TYPE_NONE;
    frame->size = PJMEDIA_PIA_SPF(&port->info) * sizeof(pj_int16_t);
    return PJ_SUCCESS;
}

pj_status_t feed_put_frame(pjmedia_port *, pjmedia_frame *)
{
    return PJ_SUCCESS;
}

} // namespace

Stream::Stream(int number, const StreamPlan &plan) : live(std::make_shared<LiveStream>(number, plan))
{
    begin_stream(live);
}

Stream::~Stream()
{
    close();
}

void Stream::send(const std::string &event, const std::string &members)
{
    live->outbox.add_event(event, members);
    wake_stream(live);
}

void Stream::clear()
{
    live->fed.clear();
}

void Stream::close()
{
    live->closing = true;
    wake_stream(live);
}

StreamSums Stream::sums() const
{
    return live->sums();
}

ForkedTrack::ForkedTrack(Stream &stream, const std::string &track) : port(NULL)
{
    const unsigned rate = rate_of_bridge();
    const std::shared_ptr<Fork> fork = std::make_shared<Fork>();
    fork->stream = stream.live;
    fork->track = track;
    fork->from_bridge.set(rate, stream.live->format.rate);
    Door<Fork> *door = opened(fork, rate, "fork");
    port = &door->port;
    port->get_frame = &fork_get_frame;
    port->put_frame = &fork_put_frame;
    registerMediaPort2(port, door->pool);
}

ForkedTrack::~ForkedTrack()
{
    try {
        unregisterMediaPort();
    } catch (pj::Error &) {
        // The endpoint has gone first, and has taken its ports with it.
    }
    pjmedia_port_destroy(port);
}

FedSource::FedSource(Stream &stream) : port(NULL)
{
    const std::shared_ptr<Feed> feed = std::make_shared<Feed>();
    feed->stream = stream.live;
    feed->bridge_rate = rate_of_bridge();
    feed->to_bridge.set(stream.live->format.rate, feed->bridge_rate);
    Door<Feed> *door = opened(feed, feed->bridge_rate, "feed");
    port = &door->port;
    port->get_frame = &feed_get_frame;
    port->put_frame = &feed_put_frame;
    registerMediaPort2(port, door->pool);
    stream.live->fed.flow();
}

FedSource::~FedSource()
{
    try {
        unregisterMediaPort();
    } catch (pj::Error &) {
        // The endpoint has gone first, and has taken its ports with it.
    }
    pjmedia_port_destroy(port);
}

} // namespace telefoon
