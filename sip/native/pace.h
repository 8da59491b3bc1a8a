#pragma once

#include <chrono>
#include <deque>
#include <memory>

#include "pcm.h"

namespace telefoon {

struct Leg;

typedef std::chrono::steady_clock Clock;

// When the packets of a line go out whose length does not fit the media clock of 20 ms (a ptime of 10 or 30): at even
// distances, where the clock by itself would send two at once, or one after 20 ms and the next after 40.
class Pace {
public:
    // Frames of so many samples follow each other.
    void begin(unsigned samples, unsigned rate);

    // Whether frames are to wait here; without it the clock is even by itself.
    bool needed() const { return uneven; }

    void add(const pjmedia_frame &frame);

    // Send what is due to the stream. True where there is more, which is due at `next`.
    bool send_due(pjmedia_port *stream, Clock::time_point now);

    Clock::time_point next;

private:
    struct Waiting {
        pjmedia_frame frame;
        std::vector<char> content;
    };

    void sent(Clock::time_point now);

    bool uneven = false;
    std::chrono::microseconds step;
    size_t most = 0;
    std::deque<Waiting> waiting;
};

// Have the leg send what is due at that time, on a thread that all legs share. Call it while you hold the leg's mutex.
void send_later(const std::shared_ptr<Leg> &leg, Clock::time_point due);

} // namespace telefoon
