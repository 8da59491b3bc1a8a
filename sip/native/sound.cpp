#include "sound.h"

namespace telefoon {

namespace {

// What automatic gain makes of a voice, by the library's own weighting: about -25 dBov of one without pauses.
const float AIM = 8000;

// A soft voice is raised by no more than this, or the noise of an idle line would be as loud as speech.
const spx_int32_t MOST_GAIN_DB = 20;

} // namespace

void VoiceFilter::run(const Sound &sound, unsigned wanted, pj_int16_t *samples)
{
    if (rate != wanted)
        open(sound, wanted);
    if (state)
        speex_preprocess_run(state, samples);
}

void VoiceFilter::open(const Sound &sound, unsigned wanted)
{
    close();
    rate = wanted;
    state = speex_preprocess_state_init(rate / FRAMES_PER_S, rate);
    if (!state)
        return;
    spx_int32_t gain = sound.automatic_gain, clean = sound.denoise, most = MOST_GAIN_DB;
    float aim = AIM;
    speex_preprocess_ctl(state, SPEEX_PREPROCESS_SET_DENOISE, &clean);
    speex_preprocess_ctl(state, SPEEX_PREPROCESS_SET_AGC, &gain);
    speex_preprocess_ctl(state, SPEEX_PREPROCESS_SET_AGC_LEVEL, &aim);
    speex_preprocess_ctl(state, SPEEX_PREPROCESS_SET_AGC_MAX_GAIN, &most);
}

void VoiceFilter::close()
{
    if (state)
        speex_preprocess_state_destroy(state);
    state = NULL;
}

} // namespace telefoon
