#include <doctest/doctest.h>

#include <cmath>
#include <random>
#include <string>

#include "key_detector.h"
#include "key_sounds.h"
#include "key_tones.h"

using namespace telefoon;

namespace {

typedef std::vector<pj_int16_t> Sound;

struct Press {
    double row_dbm0 = -10, column_dbm0 = -8, off_frequency = 0;
    unsigned ms = 80;
};

double amplitude(double dbm0)
{
    return 32767 * std::pow(10, (dbm0 - 3.14) / 20);
}

void add_silence(Sound &sound, unsigned ms)
{
    sound.insert(sound.end(), ms * NARROWBAND / 1000, 0);
}

void add_key(Sound &sound, unsigned place, const Press &press)
{
    for (unsigned i = 0; i < press.ms * NARROWBAND / 1000; ++i) {
        const double turn = 2 * M_PI * i / NARROWBAND * (1 + press.off_frequency);
        sound.push_back((pj_int16_t)(amplitude(press.row_dbm0) * std::sin(turn * KEY_ROWS_HZ[place / 4]) +
                                     amplitude(press.column_dbm0) * std::sin(turn * KEY_COLUMNS_HZ[place % 4])));
    }
}

// All keys, each after a pause that puts its begin elsewhere in the detector's blocks.
Sound all_keys(const Press &press)
{
    Sound sound;
    for (unsigned place = 0; place < 16; ++place) {
        add_silence(sound, 60 + place);
        add_key(sound, place, press);
    }
    add_silence(sound, 60);
    return sound;
}

std::string heard(const Sound &sound, unsigned packet = 160)
{
    KeyDetector detector;
    std::string keys;
    for (size_t at = 0; at < sound.size(); at += packet)
        for (const char key : detector.hear(&sound[at], (unsigned)std::min<size_t>(packet, sound.size() - at)))
            keys += key;
    return keys;
}

Sound with_noise(Sound sound, double dbm0)
{
    std::mt19937 random(1);
    std::normal_distribution<double> noise(0, amplitude(dbm0) / std::sqrt(2));
    for (pj_int16_t &each : sound)
        each = clipped((pj_int32_t)(each + noise(random)));
    return sound;
}

} // namespace

TEST_CASE("every key is heard in its tones, whatever the packets' length")
{
    CHECK(heard(all_keys(Press())) == KEY_SIGNS);
    CHECK(heard(all_keys(Press()), 80) == KEY_SIGNS);
    CHECK(heard(all_keys(Press()), 7) == KEY_SIGNS);
}

TEST_CASE("keys are heard as quiet, as uneven, as short and as much off their frequency as Q.24 has them")
{
    CHECK(heard(all_keys(Press{-30, -30, 0, 80})) == KEY_SIGNS);
    CHECK(heard(all_keys(Press{-30, -22, 0, 80})) == KEY_SIGNS);
    CHECK(heard(all_keys(Press{-22, -30, 0, 80})) == KEY_SIGNS);
    CHECK(heard(all_keys(Press{-8, -8, 0, 40})) == KEY_SIGNS);
    CHECK(heard(all_keys(Press{-8, -8, 0.018, 80})) == KEY_SIGNS);
    CHECK(heard(all_keys(Press{-8, -8, -0.018, 80})) == KEY_SIGNS);
    CHECK(heard(all_keys(Press{-30, -22, 0.015, 80})) == KEY_SIGNS);
    CHECK(heard(with_noise(all_keys(Press{-10, -10, 0, 80}), -25)) == KEY_SIGNS);
}

TEST_CASE("what Q.24 has for no key is none")
{
    CHECK(heard(all_keys(Press{-8, -8, 0, 23})) == "");
    CHECK(heard(all_keys(Press{-50, -50, 0, 80})) == "");
    CHECK(heard(all_keys(Press{-8, -25, 0, 80})) == "");
    CHECK(heard(with_noise(Sound(NARROWBAND * 60), -12)) == "");
}

TEST_CASE("a key that breaks off for 10 ms is one, after a pause of 40 ms it is two")
{
    Sound broken, twice;
    for (Sound *sound : {&broken, &twice}) {
        add_key(*sound, 5, Press());
        add_silence(*sound, sound == &broken ? 10 : 40);
        add_key(*sound, 5, Press());
        add_silence(*sound, 40);
    }

    CHECK(heard(broken) == "5");
    CHECK(heard(twice) == "55");
}

TEST_CASE("one key may follow another without a pause")
{
    Sound sound;
    add_key(sound, 0, Press());
    add_key(sound, 5, Press());

    CHECK(heard(sound) == "15");
}

TEST_CASE("keys that are sounded are heard as such at any rate")
{
    KeySounds sounds;
    sounds.add("12");
    Sound sound;
    while (!sounds.none()) {
        const Sound &next = sounds.next(160, 1, NARROWBAND);
        sound.insert(sound.end(), next.begin(), next.end());
    }
    sounds.add("9");
    const Sound stereo = sounds.next(960, 2, WIDEST);

    CHECK(heard(sound) == "12");
    CHECK(sound.size() == 2 * NARROWBAND * 240 / 1000);
    CHECK(stereo.size() == 2 * 960);
    CHECK(stereo[100] == stereo[101]);
    CHECK(stereo[100] != 0);
}
