#pragma once

#include <string>
#include <vector>

#include "pcm.h"

namespace telefoon {

// What the tracks of a recording have heard and nobody has taken yet. Locks by itself.
class Heard {
public:
    explicit Heard(unsigned tracks) : tracks(tracks) {}

    // Silence where `samples` is NULL.
    void add(unsigned track, const pj_int16_t *samples, unsigned count);

    // At most so many frames that all tracks have, a sample of each; as the bytes of the machine.
    std::string take(unsigned most);

    // Whatever is added from now on is dropped.
    void end();

private:
    // What has been taken is dropped now and then, so that neither adding nor taking moves much.
    struct Track {
        std::vector<pj_int16_t> samples;
        size_t taken = 0;

        size_t waiting() const { return samples.size() - taken; }
        void drop(size_t frames);
    };

    std::mutex mutex;
    std::vector<Track> tracks;
    bool ended = false;
};

} // namespace telefoon
