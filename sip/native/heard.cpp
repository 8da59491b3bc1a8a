#include "heard.h"

#include <algorithm>

namespace telefoon {

void Heard::add(unsigned track, const pj_int16_t *samples, unsigned count)
{
    Guard guard(mutex);
    if (ended)
        return;
    std::vector<pj_int16_t> &kept = tracks[track].samples;
    if (samples)
        kept.insert(kept.end(), samples, samples + count);
    else
        kept.insert(kept.end(), count, 0);
}

std::string Heard::take(unsigned most)
{
    Guard guard(mutex);
    size_t frames = most;
    for (const Track &track : tracks)
        frames = std::min(frames, track.waiting());
    std::string taken(frames * tracks.size() * sizeof(pj_int16_t), '\0');
    pj_int16_t *into = reinterpret_cast<pj_int16_t *>(&taken[0]);
    for (size_t number = 0; number < tracks.size(); ++number) {
        const pj_int16_t *from = tracks[number].samples.data() + tracks[number].taken;
        for (size_t frame = 0; frame < frames; ++frame)
            into[frame * tracks.size() + number] = from[frame];
        tracks[number].drop(frames);
    }
    return taken;
}

void Heard::Track::drop(size_t frames)
{
    taken += frames;
    if (2 * taken < samples.size())
        return;
    samples.erase(samples.begin(), samples.begin() + taken);
    taken = 0;
}

void Heard::end()
{
    Guard guard(mutex);
    ended = true;
}

} // namespace telefoon
