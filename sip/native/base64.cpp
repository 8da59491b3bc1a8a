#include "base64.h"

#include <cstring>

namespace telefoon {

namespace {

const char LETTERS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const pj_uint8_t NO_LETTER = 64;

struct Values {
    pj_uint8_t of[256];

    Values()
    {
        std::memset(of, NO_LETTER, sizeof(of));
        for (pj_uint8_t value = 0; value < NO_LETTER; ++value)
            of[(pj_uint8_t)LETTERS[value]] = value;
    }
};

const Values values;

// The bits of a group of four letters, of which the last `padded` are padding; false where one is no letter.
bool read_group(const char *text, unsigned padded, pj_uint32_t &bits)
{
    bits = 0;
    for (unsigned at = 0; at < 4; ++at) {
        const pj_uint8_t value = at < 4 - padded ? values.of[(pj_uint8_t)text[at]] : 0;
        if (value == NO_LETTER)
            return false;
        bits = bits << 6 | value;
    }
    return true;
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
        for (int shift = 18; shift >= 0; shift -= 6)
            *into++ = LETTERS[bits >> shift & 63];
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
    to.resize(length / 4 * 3 - padded);
    char *into = to.empty() ? NULL : &to[0];
    pj_uint32_t bits;
    for (size_t at = 0; at < length; at += 4) {
        const unsigned here = at + 4 == length ? padded : 0;
        // Bits that stand for nothing are none, as encoders write them (section 3.5).
        if (!read_group(text + at, here, bits) || (bits & ((1u << 8 * here) - 1)))
            return false;
        for (int shift = 16; shift >= (int)(8 * here); shift -= 8)
            *into++ = (char)(bits >> shift & 255);
    }
    return true;
}

} // namespace telefoon
