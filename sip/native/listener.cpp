#include "listener.hpp"

#include "door.h"
#include "news.h"
#include "overheard.h"

namespace telefoon {

namespace {

// Kept for as long as the process: the clock may tell of a listener after its own objects have gone.
News<int> &news()
{
    static News<int> *kept = new News<int>();
    return *kept;
}

pj_status_t listening_get_frame(pjmedia_port *, pjmedia_frame *frame)
{
    frame->type = PJMEDIA_FRAME_TYPE_NONE;
    return PJ_SUCCESS;
}

// Called at every tick of the clock: with no frame of audio where nobody is wired to it.
pj_status_t listening_put_frame(pjmedia_port *port, pjmedia_frame *frame)
{
    const bool audible = frame->type == PJMEDIA_FRAME_TYPE_AUDIO;
    Door<Overheard>::of(port).add(audible ? (const pj_int16_t *)frame->buf : NULL);
    return PJ_SUCCESS;
}

} // namespace

Listener::Listener(int number) : heard(std::make_shared<Overheard>(rate_of_bridge(), [number] { news().add(number); }))
{
}

std::string Listener::take()
{
    return heard->take();
}

void Listener::end()
{
    heard->end();
}

unsigned long Listener::dropped_ms() const
{
    return heard->dropped_ms();
}

ListeningPort::ListeningPort(Listener &listener) : port(NULL)
{
    Door<Overheard> *door = opened(listener.heard, rate_of_bridge(), "listening");
    port = &door->port;
    port->get_frame = &listening_get_frame;
    port->put_frame = &listening_put_frame;
    registerMediaPort2(port, door->pool);
}

ListeningPort::~ListeningPort()
{
    try {
        unregisterMediaPort();
    } catch (pj::Error &) {
        // The endpoint has gone first, and has taken its ports with it.
    }
    pjmedia_port_destroy(port);
}

pj::IntVector listeners_told()
{
    const std::vector<int> told = news().taken();
    return pj::IntVector(told.begin(), told.end());
}

int listeners_told_descriptor()
{
    return news().descriptor;
}

} // namespace telefoon
