#include "websocket_frames.h"

#include <cstring>
#include <stdexcept>

#include <openssl/rand.h>

namespace telefoon {

namespace {

const size_t LONGEST_CONTROL = 125;
const size_t AT_HAND = 64 * 1024; // is kept for what comes next, and what a longer message took is given back
const pj_uint8_t FINAL = 0x80, RESERVED = 0x70, MASKED = 0x80;

bool is_control(Opcode opcode)
{
    return (pj_uint8_t)opcode & 8;
}

bool is_known(Opcode opcode)
{
    return opcode <= Opcode::BINARY || (opcode >= Opcode::CLOSE && opcode <= Opcode::PONG);
}

// Whether an end may send this code (section 7.4).
bool may_be_sent(unsigned code)
{
    return (code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006) ||
           (code >= 3000 && code < 5000);
}

// Eight bytes at once: the mask comes round after four.
void apply_mask(char *content, size_t length, const pj_uint8_t *mask)
{
    pj_uint64_t twice, eight;
    std::memcpy(&twice, mask, 4);
    std::memcpy(reinterpret_cast<char *>(&twice) + 4, mask, 4);
    size_t at = 0;
    for (; at + sizeof(eight) <= length; at += sizeof(eight)) {
        std::memcpy(&eight, content + at, sizeof(eight));
        eight ^= twice;
        std::memcpy(content + at, &eight, sizeof(eight));
    }
    for (; at < length; ++at)
        content[at] = (char)(content[at] ^ mask[at & 3]);
}

// How many of the first bytes are ASCII for certain: eight at once are looked at.
size_t leading_ascii(const std::string &text)
{
    const pj_uint64_t high_bits = 0x8080808080808080;
    pj_uint64_t eight;
    size_t at = 0;
    for (; at + sizeof(eight) <= text.size(); at += sizeof(eight)) {
        std::memcpy(&eight, text.data() + at, sizeof(eight));
        if (eight & high_bits)
            break;
    }
    return at;
}

void add_number(std::string &to, pj_uint64_t number, unsigned bytes)
{
    while (bytes--)
        to += (char)(number >> 8 * bytes & 255);
}

pj_uint64_t number_at(const std::string &from, size_t at, unsigned bytes)
{
    pj_uint64_t number = 0;
    while (bytes--)
        number = number << 8 | (pj_uint8_t)from[at++];
    return number;
}

} // namespace

const pj_uint8_t *MaskSource::next()
{
    if (used == sizeof(bytes)) {
        if (RAND_bytes(bytes, sizeof(bytes)) != 1)
            throw std::runtime_error("There are no random bytes to mask frames with.");
        used = 0;
    }
    used += 4;
    return bytes + used - 4;
}

void add_frame(std::string &to, Opcode opcode, const char *content, size_t length, const pj_uint8_t *mask)
{
    to += (char)(FINAL | (pj_uint8_t)opcode);
    if (length < 126) {
        to += (char)(MASKED | length);
    } else if (length <= 0xffff) {
        to += (char)(MASKED | 126);
        add_number(to, length, 2);
    } else {
        to += (char)(MASKED | 127);
        add_number(to, length, 8);
    }
    to.append(reinterpret_cast<const char *>(mask), 4);
    const size_t begin = to.size();
    to.append(content, length);
    apply_mask(&to[begin], length, mask);
}

void FrameReader::add(const char *bytes, size_t count)
{
    if (found == NO_CODE)
        received.append(bytes, count);
}

bool FrameReader::next(WebSocketMessage &message)
{
    Header header;
    while (found == NO_CODE && read_header(header)) {
        if (received.size() - header.begin < header.length)
            break;
        const bool whole = is_control(header.opcode) ? take_control(header, message) : take(header, message);
        if (whole)
            return true;
    }
    drop_read();
    return false;
}

// False where the header is not whole yet, or wrong; what it announces is judged before any of it has come.
bool FrameReader::read_header(Header &header)
{
    if (received.size() - read < 2)
        return false;
    const pj_uint8_t first = (pj_uint8_t)received[read], second = (pj_uint8_t)received[read + 1];
    header.final = first & FINAL;
    header.opcode = (Opcode)(first & 15);
    if (first & RESERVED || second & MASKED || !is_known(header.opcode))
        return fail(PROTOCOL_ERROR);
    const unsigned more = second == 126 ? 2 : second == 127 ? 8 : 0;
    if (is_control(header.opcode) && (!header.final || second > LONGEST_CONTROL))
        return fail(PROTOCOL_ERROR);
    if (!is_control(header.opcode) && within != (header.opcode == Opcode::CONTINUATION))
        return fail(PROTOCOL_ERROR);
    header.begin = read + 2 + more;
    if (received.size() < header.begin)
        return false;
    const pj_uint64_t length = more ? number_at(received, read + 2, more) : second;
    if ((more == 2 && length < 126) || (more == 8 && (length <= 0xffff || length >> 63)))
        return fail(PROTOCOL_ERROR);
    if (!is_control(header.opcode) && length > LONGEST_MESSAGE - partial.content.size())
        return fail(TOO_LONG);
    header.length = (size_t)length;
    return true;
}

// True where the message is whole with this frame.
bool FrameReader::take(const Header &header, WebSocketMessage &message)
{
    if (header.opcode != Opcode::CONTINUATION)
        partial.opcode = header.opcode;
    const bool alone = header.final && !within;
    std::string &content = alone ? message.content : partial.content;
    if (alone)
        content.clear();
    content.append(received, header.begin, header.length);
    read = header.begin + header.length;
    within = !header.final;
    if (within)
        return false;
    message.opcode = partial.opcode;
    if (!alone) {
        message.content.swap(partial.content);
        std::string().swap(partial.content);
    }
    return message.opcode != Opcode::TEXT || is_utf8(message.content) || fail(NOT_THE_TYPE);
}

bool FrameReader::take_control(const Header &header, WebSocketMessage &message)
{
    message.opcode = header.opcode;
    message.content.assign(received, header.begin, header.length);
    read = header.begin + header.length;
    return header.opcode != Opcode::CLOSE || read_close(message);
}

bool FrameReader::read_close(WebSocketMessage &message)
{
    message.close_code = NO_STATUS;
    if (message.content.empty())
        return true;
    if (message.content.size() == 1)
        return fail(PROTOCOL_ERROR);
    message.close_code = (unsigned)number_at(message.content, 0, 2);
    message.content.erase(0, 2);
    if (!may_be_sent(message.close_code))
        return fail(PROTOCOL_ERROR);
    return is_utf8(message.content) || fail(NOT_THE_TYPE);
}

bool FrameReader::fail(CloseCode code)
{
    found = code;
    return false;
}

void FrameReader::drop_read()
{
    received.erase(0, read);
    read = 0;
    if (received.capacity() > AT_HAND && received.size() <= AT_HAND)
        received.shrink_to_fit();
}

bool is_utf8(const std::string &text)
{
    for (size_t at = leading_ascii(text); at < text.size();) {
        const pj_uint8_t first = (pj_uint8_t)text[at++];
        if (first < 0x80)
            continue;
        const unsigned more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
        if (first < 0xc2 || first > 0xf4 || text.size() - at < more)
            return false;
        pj_uint32_t letter = first & (0x3f >> more);
        for (unsigned each = 0; each < more; ++each) {
            const pj_uint8_t next = (pj_uint8_t)text[at++];
            if ((next & 0xc0) != 0x80)
                return false;
            letter = letter << 6 | (next & 0x3f);
        }
        const pj_uint32_t least = more == 3 ? 0x10000 : more == 2 ? 0x800 : 0x80;
        if (letter < least || letter > 0x10ffff || (letter >= 0xd800 && letter < 0xe000))
            return false;
    }
    return true;
}

} // namespace telefoon
