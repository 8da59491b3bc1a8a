#include "room.hpp"

#include <cstring>

#include "door.h"
#include "mix.h"

namespace telefoon {

namespace {

pj_status_t room_put_frame(pjmedia_port *port, pjmedia_frame *frame)
{
    // The bridge comes once each 20 ms, with or without anything to say: this is the room's clock.
    Door<Mix>::of(port).tick(*frame);
    return PJ_SUCCESS;
}

pj_status_t room_get_frame(pjmedia_port *port, pjmedia_frame *frame)
{
    Mix &mix = Door<Mix>::of(port);
    Guard guard(mix.mutex);
    frame->type = mix.sounds ? PJMEDIA_FRAME_TYPE_AUDIO : PJMEDIA_FRAME_TYPE_NONE;
    frame->size = mix.bridge_rate / FRAMES_PER_S * sizeof *mix.all;
    std::memcpy(frame->buf, mix.all, frame->size);
    return PJ_SUCCESS;
}

} // namespace

Room::Room(unsigned widest, bool automatic_gain, bool denoise) : mix(std::make_shared<Mix>()), port(NULL)
{
    mix->widest = widest;
    mix->sound.automatic_gain = automatic_gain;
    mix->sound.denoise = denoise;
    mix->bridge_rate = rate_of_bridge();
    Door<Mix> *door = opened(mix, mix->bridge_rate, "room");
    port = &door->port;
    port->get_frame = &room_get_frame;
    port->put_frame = &room_put_frame;
    registerMediaPort2(port, door->pool);
}

Room::~Room()
{
    {
        Guard guard(mix->mutex);
        for (auto &each : mix->seats)
            each.second->leg->sit(false);
        mix->seats.clear();
    }
    try {
        unregisterMediaPort();
    } catch (pj::Error &) {
        // The endpoint has gone first, and has taken its ports with it.
    }
    pjmedia_port_destroy(port);
}

int Room::seat(LegAudio &audio)
{
    std::unique_ptr<Seat> made(new Seat());
    made->leg = audio.leg;
    audio.leg->sit(true);
    Guard guard(mix->mutex);
    mix->seats[mix->next] = std::move(made);
    return mix->next++;
}

void Room::unseat(int number)
{
    Guard guard(mix->mutex);
    if (Seat *seat = mix->find(number)) {
        seat->leg->sit(false);
        mix->seats.erase(number);
    }
}

void Room::attend(int number, bool speaks, bool hears, int coached)
{
    Guard guard(mix->mutex);
    if (Seat *seat = mix->find(number)) {
        seat->speaks = speaks;
        seat->hears = hears;
        seat->coached = coached;
    }
}

void Room::link(int number, bool is_link)
{
    Guard guard(mix->mutex);
    if (Seat *seat = mix->find(number))
        seat->link = is_link;
}

void Room::adjust(int number, float said, float heard)
{
    Guard guard(mix->mutex);
    if (Seat *seat = mix->find(number)) {
        seat->said_gain = said;
        seat->heard_gain = heard;
    }
}

pj::IntVector Room::talking() const
{
    pj::IntVector numbers;
    Guard guard(mix->mutex);
    for (auto &each : mix->seats)
        if (each.second->talks())
            numbers.push_back(each.first);
    return numbers;
}

unsigned Room::rate() const
{
    Guard guard(mix->mutex);
    return mix->rate;
}

} // namespace telefoon
