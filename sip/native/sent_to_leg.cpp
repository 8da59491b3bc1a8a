#include "sent_to_leg.hpp"

#include <cstring>

#include "door.h"
#include "leg.h"

namespace telefoon {

namespace {

pj_status_t sent_get_frame(pjmedia_port *port, pjmedia_frame *frame)
{
    Leg &leg = Door<Leg>::of(port);
    Guard guard(leg.mutex);
    frame->type = leg.seated ? PJMEDIA_FRAME_TYPE_AUDIO : PJMEDIA_FRAME_TYPE_NONE;
    frame->size = leg.bridge_rate / FRAMES_PER_S * sizeof *leg.copy;
    std::memcpy(frame->buf, leg.copy, frame->size);
    return PJ_SUCCESS;
}

pj_status_t sent_put_frame(pjmedia_port *, pjmedia_frame *)
{
    return PJ_SUCCESS;
}

} // namespace

SentToLeg::SentToLeg(LegAudio &audio) : leg(audio.leg), port(NULL)
{
    const unsigned rate = rate_of_bridge();
    {
        Guard guard(leg->mutex);
        leg->bridge_rate = rate;
        leg->tapped = true;
    }
    Door<Leg> *door = opened(leg, rate, "sent");
    port = &door->port;
    port->get_frame = &sent_get_frame;
    port->put_frame = &sent_put_frame;
    registerMediaPort2(port, door->pool);
}

SentToLeg::~SentToLeg()
{
    {
        Guard guard(leg->mutex);
        leg->tapped = false;
    }
    try {
        unregisterMediaPort();
    } catch (pj::Error &) {
        // The endpoint has gone first, and has taken its ports with it.
    }
    pjmedia_port_destroy(port);
}

} // namespace telefoon
