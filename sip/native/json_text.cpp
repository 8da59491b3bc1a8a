#include "json_text.h"

#include <cstring>

namespace telefoon {

namespace {

const unsigned DEEPEST = 32;

int hex_digit(char letter)
{
    if (letter >= '0' && letter <= '9')
        return letter - '0';
    if (letter >= 'a' && letter <= 'f')
        return letter - 'a' + 10;
    if (letter >= 'A' && letter <= 'F')
        return letter - 'A' + 10;
    return -1;
}

// Of the four digits of an escape, which were found to be there.
unsigned unit_at(const char *digits)
{
    unsigned unit = 0;
    for (unsigned each = 0; each < 4; ++each)
        unit = unit << 4 | (unsigned)hex_digit(digits[each]);
    return unit;
}

void add_utf8(std::string &to, unsigned letter)
{
    if (letter < 0x80) {
        to += (char)letter;
        return;
    }
    const unsigned more = letter < 0x800 ? 1 : letter < 0x10000 ? 2 : 3;
    to += (char)((0xff00 >> (more + 1) & 0xff) | letter >> 6 * more);
    for (unsigned left = more; left--;)
        to += (char)(0x80 | (letter >> 6 * left & 0x3f));
}

// The letter of an escape \u at `from`, which is moved behind it; U+FFFD for half of a surrogate pair.
unsigned escaped_letter(const char *&from, const char *end)
{
    const unsigned first = unit_at(from);
    from += 4;
    if (first < 0xd800 || first > 0xdfff)
        return first;
    if (first < 0xdc00 && end - from >= 6 && from[0] == '\\' && from[1] == 'u') {
        const unsigned second = unit_at(from + 2);
        if (second >= 0xdc00 && second <= 0xdfff) {
            from += 6;
            return 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
        }
    }
    return 0xfffd;
}

std::string without_escapes(const char *from, const char *behind)
{
    std::string value;
    while (from != behind) {
        if (*from != '\\') {
            value += *from++;
            continue;
        }
        const char kind = from[1];
        from += 2;
        if (kind == 'u')
            add_utf8(value, escaped_letter(from, behind));
        else
            value += kind == 'b'   ? '\b'
                     : kind == 'f' ? '\f'
                     : kind == 'n' ? '\n'
                     : kind == 'r' ? '\r'
                     : kind == 't' ? '\t'
                                   : kind;
    }
    return value;
}

} // namespace

bool JsonText::string(std::string_view &value, std::string &room)
{
    const char *from, *behind;
    bool escaped;
    if (!scan_string(from, behind, escaped))
        return false;
    value = std::string_view(from, (size_t)(behind - from));
    if (escaped)
        value = room = without_escapes(from, behind);
    return true;
}

bool JsonText::raw_string(std::string_view &value)
{
    const char *from, *behind;
    bool escaped;
    if (!scan_string(from, behind, escaped))
        return false;
    value = std::string_view(from - 1, (size_t)(behind - from) + 2);
    return true;
}

// Where a string begins and ends, without its quotes, and whether there are escapes in it, which are all right.
bool JsonText::scan_string(const char *&begin, const char *&behind, bool &escaped)
{
    if (!taken('"'))
        return false;
    begin = at;
    escaped = false;
    for (; at != end && *at != '"'; ++at) {
        if ((unsigned char)*at < 0x20)
            return false;
        if (*at != '\\')
            continue;
        escaped = true;
        if (++at == end || !std::strchr("\"\\/bfnrtu", *at) || !*at)
            return false;
        if (*at != 'u')
            continue;
        for (unsigned each = 0; each < 4; ++each)
            if (++at == end || hex_digit(*at) < 0)
                return false;
    }
    behind = at;
    return at != end && *at++ == '"';
}

bool JsonText::over()
{
    pass_space();
    return at == end;
}

bool JsonText::skip(unsigned depth)
{
    pass_space();
    if (at == end || depth > DEEPEST)
        return false;
    std::string_view unread;
    switch (*at) {
    case '{':
        return object([&](std::string_view) { return skip(depth + 1); });
    case '[':
        return skip_array(depth);
    case '"':
        return raw_string(unread);
    case 't':
        return word("true");
    case 'f':
        return word("false");
    case 'n':
        return word("null");
    default:
        return skip_number();
    }
}

bool JsonText::skip_array(unsigned depth)
{
    if (!taken('['))
        return false;
    if (taken(']'))
        return true;
    do {
        if (!skip(depth + 1))
            return false;
    } while (taken(','));
    return taken(']');
}

bool JsonText::skip_number()
{
    if (at != end && *at == '-')
        ++at;
    const bool leads_with_zero = at != end && *at == '0';
    const char *begin = at;
    if (!skip_digits() || (leads_with_zero && at - begin > 1))
        return false;
    if (at != end && *at == '.' && (++at, !skip_digits()))
        return false;
    if (at == end || (*at != 'e' && *at != 'E'))
        return true;
    if (++at != end && (*at == '+' || *at == '-'))
        ++at;
    return skip_digits();
}

// One at least.
bool JsonText::skip_digits()
{
    const char *begin = at;
    while (at != end && *at >= '0' && *at <= '9')
        ++at;
    return at != begin;
}

bool JsonText::word(const char *text)
{
    for (; *text; ++text, ++at)
        if (at == end || *at != *text)
            return false;
    return true;
}

bool JsonText::taken(char wanted)
{
    pass_space();
    if (at == end || *at != wanted)
        return false;
    ++at;
    return true;
}

void JsonText::pass_space()
{
    while (at != end && (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r'))
        ++at;
}

} // namespace telefoon
