#include "recording.hpp"

#include "door.h"
#include "heard.h"

namespace telefoon {

namespace {

pj_status_t track_get_frame(pjmedia_port *, pjmedia_frame *frame)
{
    frame->type = PJMEDIA_FRAME_TYPE_NONE;
    return PJ_SUCCESS;
}

// Called at every tick of the clock: with no frame of audio where nobody is wired to the track.
pj_status_t track_put_frame(pjmedia_port *port, pjmedia_frame *frame)
{
    const bool audible = frame->type == PJMEDIA_FRAME_TYPE_AUDIO;
    Door<Heard>::of(port).add((unsigned)port->port_data.ldata, audible ? (const pj_int16_t *)frame->buf : NULL,
                              PJMEDIA_PIA_SPF(&port->info));
    return PJ_SUCCESS;
}

} // namespace

Recording::Recording(unsigned tracks) : heard(std::make_shared<Heard>(tracks)) {}

std::string Recording::take(unsigned most)
{
    return heard->take(most);
}

void Recording::end()
{
    heard->end();
}

RecordedTrack::RecordedTrack(Recording &recording, unsigned number) : port(NULL)
{
    Door<Heard> *door = opened(recording.heard, rate_of_bridge(), "track");
    port = &door->port;
    port->port_data.ldata = (long)number;
    port->get_frame = &track_get_frame;
    port->put_frame = &track_put_frame;
    registerMediaPort2(port, door->pool);
}

RecordedTrack::~RecordedTrack()
{
    try {
        unregisterMediaPort();
    } catch (pj::Error &) {
        // The endpoint has gone first, and has taken its ports with it.
    }
    pjmedia_port_destroy(port);
}

} // namespace telefoon
