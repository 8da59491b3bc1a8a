#include "fed_sound.h"

#include <algorithm>
#include <cstring>

namespace telefoon {

namespace {

const unsigned LONGEST_S = 600;
const unsigned TICK_MS = 1000 / FRAMES_PER_S;
const size_t PIECE = 16 * 1024;
const size_t MOST_MARKS = 32768, MOST_MARK_BYTES = 1024 * 1024;
const unsigned GAP_TICKS = FRAMES_PER_S / 2;

} // namespace

FedSound::FedSound(const StreamFormat &format, unsigned cushion_ms, std::function<void()> tell)
    : format(format), most_bytes((size_t)LONGEST_S * format.rate * format.sample_bytes()),
      cushion_bytes((size_t)cushion_ms * format.rate / 1000 * format.sample_bytes()),
      cushion_ticks(cushion_ms / TICK_MS), tell(std::move(tell))
{
}

bool FedSound::add(const std::string &sound)
{
    Guard guard(mutex);
    if (ended || waiting() + sound.size() > most_bytes)
        return ended;
    if (ran_out && !sound.empty()) {
        underrun_count += ticks_dry < GAP_TICKS;
        ran_out = false;
    }
    for (size_t at = 0; at < sound.size();) {
        if (pieces.empty() || pieces.back().size() == PIECE)
            pieces.emplace_back();
        const size_t some = std::min(sound.size() - at, PIECE - pieces.back().size());
        pieces.back().append(sound, at, some);
        at += some;
    }
    added += sound.size();
    return true;
}

bool FedSound::mark(const std::string &name)
{
    Guard guard(mutex);
    if (ended)
        return true;
    if (marks.size() + returned.size() >= MOST_MARKS || mark_bytes + name.size() > MOST_MARK_BYTES)
        return false;
    marks.push_back(Mark{added, name});
    mark_bytes += name.size();
    return_marks(false);
    return true;
}

void FedSound::clear()
{
    Guard guard(mutex);
    pieces.clear();
    read = 0;
    taken = added;
    begun = ran_out = false;
    ticks_waited = 0;
    ++clear_count;
    return_marks(true);
}

void FedSound::flow()
{
    Guard guard(mutex);
    flowing = true;
    return_marks(false);
}

void FedSound::end()
{
    Guard guard(mutex);
    ended = true;
    pieces.clear();
    marks.clear();
    returned.clear();
    taken = added;
}

bool FedSound::take(pj_int16_t *into, unsigned &clears)
{
    Guard guard(mutex);
    clears = clear_count;
    ticks_dry += ran_out;
    if (!waiting() || !may_begin())
        return false;
    const unsigned count = pull(into);
    std::memset(into + count, 0, (format.frame_samples() - count) * sizeof *into);
    if (!waiting()) {
        begun = false;
        ticks_waited = 0;
        ran_out = marks.empty() || marks.back().position != added;
        ticks_dry = 0;
    }
    return_marks(false);
    return true;
}

bool FedSound::may_begin()
{
    begun = begun || waiting() >= cushion_bytes || !marks.empty() || ticks_waited >= cushion_ticks;
    ++ticks_waited;
    return begun;
}

// Whole samples, a frame at most; how many.
unsigned FedSound::pull(pj_int16_t *into)
{
    char bytes[WIDEST / FRAMES_PER_S * sizeof(pj_int16_t)];
    const size_t wanted = (size_t)std::min<pj_uint64_t>(format.frame_bytes(), waiting());
    for (size_t got = 0; got < wanted;) {
        const std::string &first = pieces.front();
        const size_t some = std::min(wanted - got, first.size() - read);
        std::memcpy(bytes + got, first.data() + read, some);
        got += some;
        read += some;
        if (read == first.size()) {
            pieces.pop_front();
            read = 0;
        }
    }
    taken += wanted;
    const unsigned count = (unsigned)(wanted / format.sample_bytes());
    format.decode(bytes, count, into);
    return count;
}

void FedSound::return_marks(bool all)
{
    const size_t before = returned.size();
    for (; !marks.empty() && (all || (flowing && marks.front().position <= taken)); marks.pop_front())
        returned.push_back(Returned{std::move(marks.front().name), all});
    if (returned.size() > before)
        tell();
}

bool FedSound::give_back(Returned &mark)
{
    Guard guard(mutex);
    if (returned.empty())
        return false;
    mark = std::move(returned.front());
    returned.pop_front();
    mark_bytes -= mark.mark.size();
    return true;
}

unsigned FedSound::waiting_ms()
{
    Guard guard(mutex);
    return (unsigned)(waiting() * 1000 / (format.rate * format.sample_bytes()));
}

unsigned FedSound::underruns()
{
    Guard guard(mutex);
    return underrun_count;
}

} // namespace telefoon
