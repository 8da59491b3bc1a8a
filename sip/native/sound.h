#pragma once

#include <speex/speex_preprocess.h>

#include "pcm.h"

namespace telefoon {

// What a room does to each voice.
struct Sound {
    bool automatic_gain = false;
    bool denoise = false;

    bool changes() const { return automatic_gain || denoise; }
};

// One voice made even and clean, by speexdsp's preprocessor, 20 ms at a time.
class VoiceFilter {
public:
    ~VoiceFilter() { close(); }

    void run(const Sound &sound, unsigned rate, pj_int16_t *samples);

private:
    void open(const Sound &sound, unsigned wanted);
    void close();

    unsigned rate = 0;
    SpeexPreprocessState *state = NULL;
};

} // namespace telefoon
