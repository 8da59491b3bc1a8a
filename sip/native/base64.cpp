#include "base64.h"

#include <cstring>

namespace telefoon {

namespace {

const char LETTERS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const pj_uint8_t LETTER_COUNT = 64, NO_LETTER = 0xff;

struct Values {
    pj_uint8_t of[256];

    Values()
    {
        std::memset(of, NO_LETTER, sizeof(of));
        for (pj_uint8_t value = 0; value < LETTER_COUNT; ++value)
            of[(pj_uint8_t)LETTERS[value]] = value;
    }
};

// Two letters for each twelve bits, since a look for every letter takes twice as long.
struct Pairs {
    char of[LETTER_COUNT * LETTER_COUNT][2];

    Pairs()
    {
        for (unsigned bits = 0; bits < LETTER_COUNT * LETTER_COUNT; ++bits) {
            of[bits][0] = LETTERS[bits >> 6];
            of[bits][1] = LETTERS[bits & 63];
        }
    }
};

const Values values;
const Pairs pairs;

// Of the groups of four letters that have no padding. The value of what is no letter has bits that no letter's has.
bool read_groups(const char *text, size_t groups, char *into)
{
    pj_uint8_t strange = 0;
    for (; groups; --groups, text += 4, into += 3) {
        const pj_uint8_t first = values.of[(pj_uint8_t)text[0]], second = values.of[(pj_uint8_t)text[1]];
        const pj_uint8_t third = values.of[(pj_uint8_t)text[2]], fourth = values.of[(pj_uint8_t)text[3]];
        strange |= first | second | third | fourth;
        into[0] = (char)(first << 2 | second >> 4);
        into[1] = (char)(second << 4 | third >> 2);
        into[2] = (char)(third << 6 | fourth);
    }
    return strange < LETTER_COUNT;
}

// Of the last group, in which one or two letters are padding. Bits that stand for nothing are none, as encoders write
// them (section 3.5).
bool read_padded(const char *text, unsigned padded, char *into)
{
    pj_uint32_t bits = 0;
    for (unsigned at = 0; at < 4 - padded; ++at) {
        const pj_uint8_t value = values.of[(pj_uint8_t)text[at]];
        if (value == NO_LETTER)
            return false;
        bits = bits << 6 | value;
    }
    const unsigned unused = padded == 2 ? 4 : 2;
    for (unsigned at = 0; at < 3 - padded; ++at)
        into[at] = (char)(bits >> (unused + 8 * (2 - padded - at)));
    return !(bits & ((1u << unused) - 1));
}

unsigned padding_of(const char *text, size_t length)
{
    if (length < 4 || text[length - 1] != '=')
        return 0;
    return text[length - 2] == '=' ? 2 : 1;
}

} // namespace

void add_base64(std::string &to, const void *bytes, size_t count)
{
    const pj_uint8_t *from = static_cast<const pj_uint8_t *>(bytes);
    const size_t begin = to.size();
    to.resize(begin + (count + 2) / 3 * 4, '=');
    char *into = &to[begin];
    for (; count >= 3; count -= 3, from += 3) {
        const pj_uint32_t bits = (pj_uint32_t)from[0] << 16 | (pj_uint32_t)from[1] << 8 | from[2];
        std::memcpy(into, pairs.of[bits >> 12], 2);
        std::memcpy(into + 2, pairs.of[bits & 0xfff], 2);
        into += 4;
    }
    if (!count)
        return;
    const pj_uint32_t bits = (pj_uint32_t)from[0] << 16 | (count == 2 ? (pj_uint32_t)from[1] << 8 : 0);
    for (int shift = 18; shift >= (count == 2 ? 6 : 12); shift -= 6)
        *into++ = LETTERS[bits >> shift & 63];
}

bool read_base64(const char *text, size_t length, std::string &to)
{
    if (length % 4)
        return false;
    const unsigned padded = padding_of(text, length);
    const size_t groups = length / 4 - (padded != 0);
    to.resize(length / 4 * 3 - padded);
    if (!read_groups(text, groups, &to[0]))
        return false;
    return !padded || read_padded(text + 4 * groups, padded, &to[3 * groups]);
}

} // namespace telefoon
