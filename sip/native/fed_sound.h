#pragma once

#include <deque>
#include <functional>
#include <string>

#include "stream_format.h"

namespace telefoon {

// Sound that a server has sent and that waits to be heard, with marks between. Locks by itself.
class FedSound {
public:
    // A mark that comes back: the sound before it has left, or was thrown away.
    struct Returned {
        std::string mark;
        bool cleared;
    };

    // Sound begins to leave when there is so much of it, in ms, a mark, or all that came in that time. `tell` is called
    // with the lock held once marks come back: the clock of all calls does no more for them.
    FedSound(const StreamFormat &format, unsigned cushion_ms, std::function<void()> tell);

    // Behind what waits. False, and it is refused, where more than ten minutes would wait.
    bool add(const std::string &sound);

    // Behind what waits; it comes back at once where nothing does and sound may leave. False where too many wait.
    bool mark(const std::string &name);

    // Throw away all that waits; all marks come back.
    void clear();

    // The next mark that comes back, in their order. False where there is none.
    bool give_back(Returned &mark);

    // From now on sound may leave, and marks come back.
    void flow();

    // Nothing waits, comes back or is added any more.
    void end();

    // The next 20 ms, at the format's rate, the rest of them silent. False where there is nothing. `clears` is how
    // often all that waited was thrown away by now; whoever keeps sound behind this throws it away too.
    bool take(pj_int16_t *into, unsigned &clears);

    unsigned waiting_ms();

    // How often sound came within half a second after it had run out without a mark: there was a gap.
    unsigned underruns();

private:
    struct Mark {
        pj_uint64_t position; // in bytes, of all that were added
        std::string name;
    };

    bool may_begin();
    unsigned pull(pj_int16_t *into);
    void return_marks(bool all);
    pj_uint64_t waiting() const { return added - taken; }

    const StreamFormat format;
    const size_t most_bytes, cushion_bytes;
    const unsigned cushion_ticks;
    const std::function<void()> tell;

    std::mutex mutex;
    std::deque<std::string> pieces;
    size_t read = 0; // of the first piece
    pj_uint64_t added = 0, taken = 0;
    std::deque<Mark> marks;
    std::deque<Returned> returned; // and not given back yet
    size_t mark_bytes = 0;         // of both
    bool flowing = false, begun = false, ended = false, ran_out = false;
    unsigned ticks_waited = 0, ticks_dry = 0;
    unsigned clear_count = 0, underrun_count = 0;
};

} // namespace telefoon
