#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "pcm.h"

namespace telefoon {

// How a frame says that it is what a room sends to all who only listen: in its timestamp, which no stream reads.
struct Mark {
    static const unsigned TICK_BITS = 20, LAST_TICK = (1 << TICK_BITS) - 1;

    // A mix is named by where it lies. One that lies where another did is no danger: what is sent is compared.
    static pj_uint64_t of(const void *mix, unsigned tick)
    {
        return (pj_uint64_t)((size_t)mix >> 4) << TICK_BITS | (tick & LAST_TICK);
    }
    static pj_uint64_t mix(pj_uint64_t mark) { return mark >> TICK_BITS; }
    static unsigned tick(pj_uint64_t mark) { return mark & LAST_TICK; }
};

// What makes a codec: its factory's own functions, and what the stream asks for.
struct Recipe {
    pjmedia_codec_factory *factory;
    const pjmedia_codec_factory_op *op;
    std::string name;
    pjmedia_codec_info info;
    std::shared_ptr<pjmedia_codec_param> param;
    std::optional<pjmedia_codec_param> changed; // since it was opened with `param`

    std::string settings() const;
};

// What a room sends to its listeners, encoded with one codec's settings: each frame once.
class EncodedMix {
public:
    // After how many frames of the same sound two encoders are in the same state, as far as one can hear.
    static const unsigned ALIKE = 50;

    // As many bring one that has been idle near enough.
    static const unsigned KEPT = 5;

    explicit EncodedMix(const Recipe &recipe);
    ~EncodedMix();

    // Encode the frame, unless that was done; false where it is not what the others are sent.
    bool encode(const pjmedia_frame *frame);

    // The bytes of the last frame; false where they are too many.
    bool give(unsigned longest, pjmedia_frame *into) const;

    // Whether another encoder's packet of that frame says that it has come to encode in the same way: as wide, by the
    // same half of Opus. It is in the first five bits (RFC 6716 section 3.1).
    bool encodes_as(const pjmedia_frame &packet) const;

    // Bring another encoder to where this one was after frame `tick`.
    void catch_up(pjmedia_codec *codec, const pjmedia_codec_op *op, unsigned tick);

private:
    struct Sent {
        unsigned tick = ~0u;
        std::vector<char> pcm;
    };

    mutable std::mutex mutex;
    const Recipe recipe;
    pj_pool_t *pool = NULL;
    pjmedia_codec *codec = NULL;
    Sent past[KEPT + 1];
    unsigned newest = 0, caught_up = 0;
    std::vector<char> bytes, scratch;
    unsigned size = 0;
    pjmedia_frame_type type = PJMEDIA_FRAME_TYPE_NONE;
};

} // namespace telefoon
