#include "seat.h"

#include <algorithm>
#include <cstring>

namespace telefoon {

namespace {

// Below about -63 dBov for a second, nothing is said that anybody could hear: it is left out of the sum, so that who is
// silent is sent what all listeners are sent. The first frame above is heard again.
const int IDLE_LEVEL = 24;
const int IDLE_AFTER = 50;

const int ALIKE_AFTER = 3;

// How loud somebody was counts less by the half after a third of a second: a pause between words gives no place away.
const float FADES = 0.96f;

} // namespace

void Seat::listen(unsigned rate, const Sound &sound)
{
    const unsigned count = rate / FRAMES_PER_S;
    pj_int16_t native[LONGEST];
    in_sum = whispered = false;
    {
        Guard guard(leg->mutex);
        // Who is not heard is not decoded either.
        sounds = speaks && leg->stream && leg->take(native);
        if (!speaks)
            leg->pass_over();
        in.set(leg->rate, rate);
    }
    if (sounds)
        in.run(native, voice);
    else
        in.forget();
    // As it came: automatic gain would make talk of noise.
    const int level = sounds ? mean_level(voice, count) : 0;
    loudness = std::max((float)level, loudness * FADES);
    talk.notice(level);
    idle = level > IDLE_LEVEL ? 0 : std::min(idle + 1, IDLE_AFTER);
    sounds = sounds && idle < IDLE_AFTER;
    if (!sounds)
        return;
    if (sound.changes())
        filter.run(sound, rate, voice);
    if (said_gain != 1)
        scale(voice, count, said_gain);
}

void Seat::be_whispered(const pj_int16_t *samples, unsigned count)
{
    if (!whispered)
        std::memset(whisper, 0, count * sizeof *whisper);
    whispered = true;
    for (unsigned i = 0; i < count; ++i)
        whisper[i] += samples[i];
}

void Seat::send(pj_int16_t *mixed, unsigned rate, pj_uint64_t mark)
{
    pj_int16_t native[LONGEST];
    // A resampler still holds the end of the frame before, which may have been another's.
    listening = only_listens() ? std::min(listening + 1, ALIKE_AFTER) : 0;
    if (heard_gain != 1)
        scale(mixed, rate / FRAMES_PER_S, heard_gain);
    Guard guard(leg->mutex);
    if (!leg->stream)
        return;
    out.set(rate, leg->rate);
    out.run(mixed, native);
    leg->push(native, listening == ALIKE_AFTER ? mark : 0);
}

} // namespace telefoon
