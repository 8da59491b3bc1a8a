#pragma once

#include <algorithm>

#include "seat.h"

namespace telefoon {

// The seats that are loudest in a tick, the loudest first; MOST at most.
template <unsigned MOST> struct Loudest {
    Seat *seats[MOST];
    unsigned count = 0;

    void offer(Seat &seat)
    {
        Seat *next = &seat;
        for (unsigned i = 0; i < count; ++i)
            if (next->prominence() > seats[i]->prominence())
                std::swap(next, seats[i]);
        if (count < MOST)
            seats[count++] = next;
    }

    bool has(const Seat &seat) const { return std::find(seats, seats + count, &seat) != seats + count; }
};

} // namespace telefoon
