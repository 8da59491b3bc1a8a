#include "key_sounds.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "key_tones.h"

namespace telefoon {

namespace {

const unsigned TONE_MS = 160, WHOLE_MS = 240;
// Where a full scale is 3.14 dBm0. The line takes more of the higher tone away (ETSI ES 201 235-2 section 4.2.3).
const double ROW_AMPLITUDE = 7218;    // -10 dBm0
const double COLUMN_AMPLITUDE = 9087; // -8 dBm0

} // namespace

const std::vector<pj_int16_t> &KeySounds::next(unsigned count, unsigned channels, unsigned rate)
{
    samples.assign((size_t)count * channels, 0);
    for (unsigned i = 0; i < count && !none(); ++i) {
        const char *sign = std::strchr(KEY_SIGNS, waiting.front());
        if (sign && done < TONE_MS * rate / 1000) {
            const size_t place = (size_t)(sign - KEY_SIGNS);
            const double turn = 2 * M_PI * done / rate;
            const double sound = ROW_AMPLITUDE * std::sin(turn * KEY_ROWS_HZ[place / 4]) +
                                 COLUMN_AMPLITUDE * std::sin(turn * KEY_COLUMNS_HZ[place % 4]);
            std::fill_n(&samples[(size_t)i * channels], channels, (pj_int16_t)sound);
        }
        if (++done >= WHOLE_MS * rate / 1000) {
            done = 0;
            waiting.erase(0, 1);
        }
    }
    return samples;
}

} // namespace telefoon
