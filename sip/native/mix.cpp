#include "mix.h"

#include <algorithm>
#include <cstring>

#include "encoded_mix.h"

namespace telefoon {

Seat *Mix::find(int number)
{
    auto found = seats.find(number);
    return found == seats.end() ? NULL : found->second.get();
}

void Mix::tick(const pjmedia_frame &announcement)
{
    Guard guard(mutex);
    ++ticks;
    choose_rate();
    std::memset(sum, 0, length() * sizeof *sum);
    sounds = false;
    announce(announcement);
    std::memcpy(announced, sum, length() * sizeof *sum);
    for (auto &each : seats)
        each.second->listen(rate, sound);
    choose_talkers();
    for (auto &each : seats)
        add(*each.second);
    finish_sum();
    for (auto &each : seats)
        send(*each.second);
}

void Mix::choose_rate()
{
    unsigned wanted = NARROWBAND;
    for (auto &each : seats) {
        Leg &leg = *each.second->leg;
        Guard guard(leg.mutex);
        if (leg.stream)
            wanted = std::max(wanted, std::min(leg.rate, widest));
    }
    rate = wanted;
    from_bridge.set(bridge_rate, rate);
    to_bridge.set(rate, bridge_rate);
}

void Mix::announce(const pjmedia_frame &frame)
{
    if (frame.type != PJMEDIA_FRAME_TYPE_AUDIO || frame.size < bridge_rate / FRAMES_PER_S * sizeof(pj_int16_t))
        return;
    pj_int16_t samples[LONGEST];
    from_bridge.run((const pj_int16_t *)frame.buf, samples);
    for (unsigned i = 0; i < length(); ++i)
        sum[i] += samples[i];
    sounds = true;
}

void Mix::choose_talkers()
{
    Loudest<TALKERS> links;
    bool linked = false;
    for (auto &each : seats) {
        linked = linked || each.second->link;
        if (each.second->link && each.second->sounds)
            links.offer(*each.second);
    }
    talkers.count = 0;
    if (!linked)
        return;
    for (auto &each : seats) {
        Seat &seat = *each.second;
        if (seat.link && !links.has(seat))
            seat.sounds = false;
        if (seat.sounds && seat.speaks && seat.coached < 0)
            talkers.offer(seat);
    }
    for (auto &each : seats)
        each.second->chosen = talkers.has(*each.second);
}

void Mix::add(Seat &seat)
{
    if (!seat.sounds || !seat.speaks)
        return;
    if (seat.coached >= 0) {
        if (Seat *coached = find(seat.coached))
            coached->be_whispered(seat.voice, length());
        return;
    }
    for (unsigned i = 0; i < length(); ++i)
        sum[i] += seat.voice[i];
    seat.in_sum = sounds = true;
}

void Mix::finish_sum()
{
    for (unsigned i = 0; i < length(); ++i)
        clean[i] = clipped(sum[i]);
    to_bridge.run(clean, all);
}

void Mix::send(Seat &seat)
{
    const unsigned count = length();
    pj_int16_t mixed[LONGEST];
    if (!seat.hears)
        std::memset(mixed, 0, count * sizeof *mixed);
    else if (seat.link)
        gather_for_link(seat, mixed);
    else if (seat.in_sum && seat.whispered)
        for (unsigned i = 0; i < count; ++i)
            mixed[i] = clipped(sum[i] - seat.voice[i] + seat.whisper[i]);
    else if (seat.in_sum)
        for (unsigned i = 0; i < count; ++i)
            mixed[i] = clipped(sum[i] - seat.voice[i]);
    else if (seat.whispered)
        for (unsigned i = 0; i < count; ++i)
            mixed[i] = clipped(sum[i] + seat.whisper[i]);
    else
        std::memcpy(mixed, clean, count * sizeof *mixed);
    seat.send(mixed, rate, Mark::of(this, ticks));
}

void Mix::gather_for_link(const Seat &link, pj_int16_t *mixed) const
{
    pj_int32_t gathered[LONGEST];
    std::memcpy(gathered, announced, length() * sizeof *gathered);
    unsigned sent = 0;
    for (unsigned talker = 0; talker < talkers.count && sent < TALKERS; ++talker) {
        if (talkers.seats[talker] == &link)
            continue;
        ++sent;
        for (unsigned i = 0; i < length(); ++i)
            gathered[i] += talkers.seats[talker]->voice[i];
    }
    for (unsigned i = 0; i < length(); ++i)
        mixed[i] = clipped(gathered[i]);
}

} // namespace telefoon
