#include "websocket_handshake.h"

#include <algorithm>
#include <cctype>
#include <sstream>
#include <stdexcept>

#include <openssl/rand.h>
#include <openssl/sha.h>

#include "base64.h"

namespace telefoon {

namespace {

const size_t LONGEST_ANSWER = 16 * 1024;
const char LINE_END[] = "\r\n", END[] = "\r\n\r\n";

std::string lowered(std::string text)
{
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char letter) { return std::tolower(letter); });
    return text;
}

std::string trimmed(const std::string &text)
{
    const size_t first = text.find_first_not_of(" \t"), last = text.find_last_not_of(" \t");
    return first == std::string::npos ? "" : text.substr(first, last - first + 1);
}

// All values of a header, one after the other with a comma between, as RFC 9110 section 5.3 has it.
std::string header(const std::vector<std::string> &lines, const std::string &name)
{
    std::string values;
    for (const std::string &line : lines) {
        const size_t colon = line.find(':');
        if (colon == std::string::npos || lowered(line.substr(0, colon)) != name)
            continue;
        values += (values.empty() ? "" : ",") + trimmed(line.substr(colon + 1));
    }
    return values;
}

bool names(const std::string &list, const std::string &wanted)
{
    std::istringstream tokens(list);
    for (std::string token; std::getline(tokens, token, ',');)
        if (lowered(trimmed(token)) == wanted)
            return true;
    return false;
}

std::vector<std::string> lines_of(const std::string &head)
{
    std::vector<std::string> lines;
    for (size_t begin = 0; begin < head.size();) {
        const size_t end = std::min(head.find(LINE_END, begin), head.size());
        lines.push_back(head.substr(begin, end - begin));
        begin = end + 2;
    }
    return lines;
}

// Of "HTTP/1.1 101 Switching Protocols"; 0 where it is no such line.
unsigned status_of(const std::string &line)
{
    if (line.size() < 12 || line.compare(0, 9, "HTTP/1.1 ") || (line.size() > 12 && line[12] != ' '))
        return 0;
    unsigned status = 0;
    for (size_t at = 9; at < 12; ++at) {
        if (!std::isdigit((unsigned char)line[at]))
            return 0;
        status = status * 10 + (unsigned)(line[at] - '0');
    }
    return status;
}

std::string refusal(const std::vector<std::string> &lines, unsigned status, const std::string &key)
{
    if (!status)
        return "the answer is not HTTP/1.1";
    if (status != 101)
        return "the answer is " + std::to_string(status) + ", not 101";
    if (lowered(header(lines, "upgrade")) != "websocket" || !names(header(lines, "connection"), "upgrade"))
        return "the answer is 101 without an upgrade to websocket";
    if (header(lines, "sec-websocket-accept") != accepted_as(key))
        return "Sec-WebSocket-Accept does not answer our key";
    if (!header(lines, "sec-websocket-extensions").empty() || !header(lines, "sec-websocket-protocol").empty())
        return "the answer takes an extension or a protocol that was not offered";
    return "";
}

} // namespace

std::string new_key()
{
    unsigned char bytes[16];
    if (RAND_bytes(bytes, sizeof(bytes)) != 1)
        throw std::runtime_error("There are no random bytes for a handshake's key.");
    std::string key;
    add_base64(key, bytes, sizeof(bytes));
    return key;
}

std::string request_text(const HandshakeRequest &request, const std::string &key)
{
    std::string text = "GET " + request.path + " HTTP/1.1\r\nHost: " + request.host +
                       "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: " + key +
                       "\r\nSec-WebSocket-Version: 13\r\n";
    for (const std::string &line : request.headers)
        text += line + LINE_END;
    return text + LINE_END;
}

std::string accepted_as(const std::string &key)
{
    const std::string proved = key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    unsigned char digest[SHA_DIGEST_LENGTH];
    SHA1(reinterpret_cast<const unsigned char *>(proved.data()), proved.size(), digest);
    std::string accepted;
    add_base64(accepted, digest, sizeof(digest));
    return accepted;
}

HandshakeAnswer read_answer(const std::string &received, const std::string &key)
{
    HandshakeAnswer answer;
    const size_t end = received.find(END);
    if (end == std::string::npos || end > LONGEST_ANSWER) {
        const std::string begin = "HTTP/1.1 ";
        answer.whole = received.size() > LONGEST_ANSWER || received.compare(0, begin.size(), begin, 0, received.size());
        answer.refused_for = answer.whole ? "the answer is not HTTP/1.1, or longer than 16 KiB" : "";
        return answer;
    }
    const std::vector<std::string> lines = lines_of(received.substr(0, end));
    answer.whole = true;
    answer.length = end + sizeof(END) - 1;
    answer.status = lines.empty() ? 0 : status_of(lines.front());
    answer.refused_for = refusal(lines, answer.status, key);
    return answer;
}

} // namespace telefoon
