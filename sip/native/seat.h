#pragma once

#include <memory>

#include "leg.h"
#include "pcm.h"
#include "resampler.h"
#include "sound.h"
#include "talk.h"

namespace telefoon {

// A leg in a room.
struct Seat {
    std::shared_ptr<Leg> leg;
    bool speaks = true, hears = true;
    int coached = -1;
    float said_gain = 1, heard_gain = 1;
    bool link = false;   // to another room: it is sent those who are loudest, and is heard if it is among these
    bool chosen = false; // it was among the loudest in the tick before
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

    // How loud it has been lately; who is heard over a link already stays so until another is clearly louder.
    float prominence() const { return chosen ? 1.5f * loudness : loudness; }

    // Talk is over after 800 ms of silence.
    bool talks() const { return talk.goes_on(); }

    // Whether it is sent the sum as it is.
    bool only_listens() const { return hears && !link && !in_sum && !whispered && heard_gain == 1; }

    // Send 20 ms of the mix; `mark` is that of the sum as it is.
    void send(pj_int16_t *mixed, unsigned rate, pj_uint64_t mark);

private:
    float loudness = 0;
    int idle = 0, listening = 0;
    Talk talk{3, 40};
};

} // namespace telefoon
