#include "overheard.h"

#include <algorithm>

namespace telefoon {

namespace {

const unsigned KEPT = 10 * FRAMES_PER_S;
const size_t PIECE = 3;

// As whoever reads speech has it: shorter is a click, and after so much silence all may be said.
const int VOICE_AFTER = 4;
const int PAUSE_AFTER = 10;

} // namespace

Overheard::Overheard(unsigned rate, std::function<void()> tell)
    : frame(rate / FRAMES_PER_S), ring((size_t)KEPT * frame), talk(VOICE_AFTER, PAUSE_AFTER), tell(std::move(tell))
{
}

void Overheard::add(const pj_int16_t *samples)
{
    Guard guard(mutex);
    if (ended)
        return;
    keep(samples);
    const bool before = talk.goes_on();
    talk.notice(samples ? mean_level(samples, frame) : 0);
    if (told || !is_worth_taking(before))
        return;
    told = true;
    tell();
}

void Overheard::keep(const pj_int16_t *samples)
{
    if (waiting == KEPT) {
        first = (first + 1) % KEPT;
        --waiting;
        ++dropped;
    }
    pj_int16_t *into = ring.data() + (first + waiting) % KEPT * frame;
    if (samples)
        std::copy(samples, samples + frame, into);
    else
        std::fill(into, into + frame, 0);
    ++waiting;
}

bool Overheard::is_worth_taking(bool talked_before) const
{
    return waiting >= PIECE || talk.goes_on() != talked_before;
}

std::string Overheard::take()
{
    Guard guard(mutex);
    std::string taken;
    taken.reserve(waiting * frame * sizeof(pj_int16_t));
    for (; waiting; --waiting, first = (first + 1) % KEPT)
        taken.append(reinterpret_cast<const char *>(ring.data() + first * frame), frame * sizeof(pj_int16_t));
    told = false;
    return taken;
}

void Overheard::end()
{
    Guard guard(mutex);
    ended = true;
}

unsigned long Overheard::dropped_ms()
{
    Guard guard(mutex);
    return dropped * 1000 / FRAMES_PER_S;
}

} // namespace telefoon
