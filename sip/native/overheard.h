#pragma once

#include <functional>
#include <string>
#include <vector>

#include "pcm.h"
#include "talk.h"

namespace telefoon {

// What one leg says and nobody has taken yet, of the last ten seconds; what is older is dropped. Locks by itself.
class Overheard {
public:
    // `tell` is called, with the lock held, once there is something that is worth taking: a voice has begun or has been
    // silent for 200 ms, or 60 ms wait; and not again until it was taken.
    Overheard(unsigned rate, std::function<void()> tell);

    // 20 ms of it; silence where `samples` is NULL.
    void add(const pj_int16_t *samples);

    // All that waits, as the bytes of the machine.
    std::string take();

    // Whatever is added from now on is dropped, and nothing is told.
    void end();

    // Of what was dropped before it was taken.
    unsigned long dropped_ms();

private:
    void keep(const pj_int16_t *samples);
    bool is_worth_taking(bool talked_before) const;

    std::mutex mutex;
    const unsigned frame; // samples in 20 ms
    std::vector<pj_int16_t> ring;
    size_t first = 0, waiting = 0; // frames
    unsigned long dropped = 0;     // frames
    Talk talk;
    const std::function<void()> tell;
    bool told = false, ended = false;
};

} // namespace telefoon
