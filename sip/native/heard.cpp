#include "heard.h"

#include <algorithm>

namespace telefoon {

void Heard::add(unsigned track, const pj_int16_t *samples, unsigned count)
{
    Guard guard(mutex);
    if (ended)
        return;
    std::deque<pj_int16_t> &kept = tracks[track];
    if (samples)
        kept.insert(kept.end(), samples, samples + count);
    else
        kept.insert(kept.end(), count, 0);
}

std::string Heard::take(unsigned most)
{
    Guard guard(mutex);
    size_t frames = most;
    for (const std::deque<pj_int16_t> &track : tracks)
        frames = std::min(frames, track.size());
    std::string taken(frames * tracks.size() * sizeof(pj_int16_t), '\0');
    pj_int16_t *into = reinterpret_cast<pj_int16_t *>(&taken[0]);
    for (size_t number = 0; number < tracks.size(); ++number) {
        std::deque<pj_int16_t> &track = tracks[number];
        for (size_t frame = 0; frame < frames; ++frame)
            into[frame * tracks.size() + number] = track[frame];
        track.erase(track.begin(), track.begin() + frames);
    }
    return taken;
}

void Heard::end()
{
    Guard guard(mutex);
    ended = true;
}

} // namespace telefoon
