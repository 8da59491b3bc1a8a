#pragma once

#include <memory>

#include "leg.h"
#include "pcm.h"
#include "resampler.h"
#include "sound.h"

namespace telefoon {

// A leg in a room.
struct Seat {
    std::shared_ptr<Leg> leg;
    bool speaks = true, hears = true;
    int coached = -1;
    float said_gain = 1, heard_gain = 1;
    bool talking = false;
    Resampler in, out;
    VoiceFilter filter;

    // Within one tick, at the room's rate.
    pj_int16_t voice[LONGEST];
    bool sounds = false, in_sum = false, whispered = false;
    pj_int32_t whisper[LONGEST];

    // Take 20 ms of what it says into `voice`, as the room wants it to sound.
    void listen(unsigned rate, const Sound &sound);

    // Add the voice of one that coaches it.
    void be_whispered(const pj_int16_t *samples, unsigned count);

    // Whether it is sent the sum as it is.
    bool only_listens() const { return hears && !in_sum && !whispered && heard_gain == 1; }

    // Send 20 ms of the mix; `mark` is that of the sum as it is.
    void send(pj_int16_t *mixed, unsigned rate, pj_uint64_t mark);

private:
    void notice_talk(int level);

    int loud = 0, quiet = 0, idle = 0, listening = 0;
};

} // namespace telefoon
