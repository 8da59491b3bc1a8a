#include "key_detector.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "key_tones.h"

namespace telefoon {

namespace {

const unsigned BLOCKS_TO_BEGIN = 5; // 306 samples, 38 ms, of which both ends may have less of it
const unsigned BLOCKS_TO_END = 4;   // an interruption of 10 ms ends no key, a pause of 40 ms does
const float LEAST_AMPLITUDE = 361;  // -36 dBm0 of each tone, where full scale is 3.14 dBm0
const float MOST_TWIST = 10;        // of power: 10 dB either way, for 8 dB and what tones off their frequency lose
const float MOST_BESIDE = 5;        // by how much a tone's power exceeds that of the others of its group
const float LEAST_PART = 0.65f;     // of all power of the sound in both tones, each up to 1.8 % off its frequency

float power_at(const pj_int16_t *samples, unsigned count, unsigned hz)
{
    const float factor = 2 * std::cos(2 * (float)M_PI * hz / NARROWBAND);
    float before = 0, now = 0;
    for (unsigned i = 0; i < count; ++i) {
        const float next = samples[i] + factor * now - before;
        before = now;
        now = next;
    }
    return now * now + before * before - factor * now * before;
}

struct Strongest {
    unsigned place = 0;
    float power = 0;
    bool alone = true;
};

Strongest strongest(const pj_int16_t *samples, unsigned count, const unsigned (&tones)[4])
{
    float powers[4];
    for (unsigned i = 0; i < 4; ++i)
        powers[i] = power_at(samples, count, tones[i]);
    Strongest found;
    found.place = (unsigned)(std::max_element(powers, powers + 4) - powers);
    found.power = powers[found.place];
    for (unsigned i = 0; i < 4; ++i)
        if (i != found.place && powers[i] * MOST_BESIDE > found.power)
            found.alone = false;
    return found;
}

} // namespace

std::vector<char> KeyDetector::hear(const pj_int16_t *samples, unsigned count)
{
    std::vector<char> begun;
    while (count) {
        const unsigned taken = std::min(count, BLOCK - filled);
        std::memcpy(block + filled, samples, taken * sizeof *samples);
        filled += taken;
        samples += taken;
        count -= taken;
        if (filled < BLOCK)
            break;
        if (const char key = settle(sounding()))
            begun.push_back(key);
        std::memmove(block, block + STEP, (BLOCK - STEP) * sizeof *block);
        filled = BLOCK - STEP;
    }
    return begun;
}

// The key whose tones this block has; 0 for none.
char KeyDetector::sounding() const
{
    float sum = 0;
    for (const pj_int16_t each : block)
        sum += (float)each * each;
    const float least_power = LEAST_AMPLITUDE * LEAST_AMPLITUDE * BLOCK * BLOCK / 4;
    if (sum * BLOCK / 2 < 2 * least_power)
        return 0; // most of a call: too quiet to look further
    const Strongest row = strongest(block, BLOCK, KEY_ROWS_HZ), column = strongest(block, BLOCK, KEY_COLUMNS_HZ);
    if (!row.alone || !column.alone || std::min(row.power, column.power) < least_power)
        return 0;
    if (std::max(row.power, column.power) > MOST_TWIST * std::min(row.power, column.power))
        return 0;
    if ((row.power + column.power) * 2 / BLOCK < LEAST_PART * sum)
        return 0;
    return KEY_SIGNS[4 * row.place + column.place];
}

// The key that begins with this block; 0 for none.
char KeyDetector::settle(char found)
{
    alike = found == last ? alike + 1 : 1;
    last = found;
    missed = found == pressed ? 0 : missed + 1;
    if (missed >= BLOCKS_TO_END)
        pressed = 0;
    if (!found || found == pressed || alike < BLOCKS_TO_BEGIN)
        return 0;
    pressed = found;
    missed = 0;
    return found;
}

} // namespace telefoon
