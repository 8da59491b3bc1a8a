// Readers of what servers send, with bytes that are nearly right: each run has its own, the same every time.
#include <doctest/doctest.h>

#include <random>

#include "stream_messages.h"
#include "websocket_frames.h"
#include "websocket_handshake.h"

using namespace telefoon;

namespace {

const unsigned RUNS = 3000;

// Any of a server's frames, most of them right.
std::string any_frame(std::mt19937 &chance, unsigned opcode, bool final)
{
    const size_t length = opcode & 8 ? chance() % 126 : chance() % 3 ? chance() % 200 : chance() % 70000;
    std::string frame = {(char)((final ? 0x80 : 0) | opcode)};
    if (length < 126) {
        frame += (char)length;
    } else if (length <= 0xffff) {
        frame += {(char)126, (char)(length >> 8), (char)(length & 255)};
    } else {
        frame += {(char)127, 0, 0, 0, 0, 0, (char)(length >> 16), (char)(length >> 8), (char)(length & 255)};
    }
    return frame + std::string(length, 'a');
}

// Whole messages with control frames between their fragments.
std::string conversation(std::mt19937 &chance, unsigned &messages)
{
    std::string bytes;
    for (unsigned each = chance() % 4; each < 4; ++each, ++messages) {
        const unsigned fragments = chance() % 3;
        for (unsigned fragment = 0; fragment <= fragments; ++fragment) {
            bytes += any_frame(chance, fragment ? 0 : 1, fragment == fragments);
            if (chance() % 4 == 0) {
                bytes += any_frame(chance, 9, true);
                ++messages;
            }
        }
    }
    return bytes;
}

// A handful of bytes changed, left out or doubled.
void spoil(std::mt19937 &chance, std::string &text)
{
    for (unsigned each = chance() % 4; each < 5 && !text.empty(); ++each) {
        const size_t at = chance() % text.size();
        if (chance() % 3 == 0)
            text.erase(at, chance() % 3);
        else if (chance() % 2)
            text.insert(at, text.substr(at, chance() % 4));
        else
            text[at] = (char)chance();
    }
}

std::vector<std::string> read(const std::string &bytes, std::mt19937 &chance, CloseCode &fault)
{
    FrameReader reader;
    std::vector<std::string> found;
    WebSocketMessage message;
    for (size_t at = 0; at < bytes.size();) {
        const size_t some = std::min<size_t>(bytes.size() - at, 1 + chance() % 5000);
        reader.add(bytes.data() + at, some);
        at += some;
        while (reader.next(message))
            found.push_back(message.content);
    }
    fault = reader.fault();
    return found;
}

} // namespace

TEST_CASE("frames are read alike however they are cut")
{
    std::mt19937 chance(1);
    for (unsigned run = 0; run < RUNS / 10; ++run) {
        unsigned messages = 0;
        CloseCode fault, again;
        const std::string bytes = conversation(chance, messages);

        const std::vector<std::string> found = read(bytes, chance, fault);

        CHECK(fault == NO_CODE);
        CHECK(found.size() == messages);
        CHECK(read(bytes, chance, again) == found);
    }
}

TEST_CASE("frames that were spoiled are read alike however they are cut, to the same fault")
{
    std::mt19937 chance(2);
    for (unsigned run = 0; run < RUNS / 10; ++run) {
        unsigned messages = 0;
        CloseCode fault, again;
        std::string bytes = conversation(chance, messages);
        spoil(chance, bytes);

        const std::vector<std::string> found = read(bytes, chance, fault);

        CHECK(read(bytes, chance, again) == found);
        CHECK(fault == again);
    }
}

TEST_CASE("a spoiled message is read or says why it is not")
{
    std::mt19937 chance(3);
    const std::string whole[] = {
        R"({"event":"media","streamSid":"MZ1","media":{"payload":"AAECAwQ=","track":"outbound"}})",
        R"({"event":"mark","streamSid":"MZ1","mark":{"name":"\ud83d\ude42 \"a\""},"more":[1,-2.5e3,{"x":null}]})",
        R"({"event":"clear","streamSid":"M\u005a1"})",
    };
    unsigned unreadable = 0;
    for (unsigned run = 0; run < RUNS; ++run) {
        std::string text = whole[run % 3];
        spoil(chance, text);

        const ServerMessage read = read_server_message(text);

        CHECK((read.says == ServerSays::UNREADABLE) == !read.fault.empty());
        unreadable += read.says == ServerSays::UNREADABLE;
    }
    CHECK(unreadable > RUNS / 4);
    CHECK(unreadable < RUNS);
}

TEST_CASE("a spoiled answer opens nothing that a whole one would not")
{
    std::mt19937 chance(4);
    const std::string key = "dGhlIHNhbXBsZSBub25jZQ==";
    const std::string whole = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                              "Sec-WebSocket-Accept: " +
                              accepted_as(key) + "\r\n\r\n";
    for (unsigned run = 0; run < RUNS; ++run) {
        std::string text = whole;
        spoil(chance, text);

        const HandshakeAnswer read = read_answer(text, key);

        if (read.whole && read.refused_for.empty()) {
            CHECK(read.status == 101);
            CHECK(text.find(accepted_as(key)) != std::string::npos);
            CHECK(read.length <= text.size());
        }
    }
}
