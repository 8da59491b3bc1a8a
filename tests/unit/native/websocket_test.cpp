#include <doctest/doctest.h>

#include "websocket_frames.h"
#include "websocket_handshake.h"

using namespace telefoon;

// The sanitizers' own (sanitizer/allocator_interface.h, which compilers do not bring).
extern "C" size_t __sanitizer_get_current_allocated_bytes();

namespace {

// As a server sends it: without a mask. `head` are its first byte and the length's.
std::string sent(std::initializer_list<unsigned> head, const std::string &content = "")
{
    std::string frame;
    for (unsigned byte : head)
        frame += (char)byte;
    return frame + content;
}

// All messages of these bytes, which come one by one.
std::vector<WebSocketMessage> read(FrameReader &reader, const std::string &bytes)
{
    std::vector<WebSocketMessage> messages;
    WebSocketMessage message;
    for (char byte : bytes) {
        reader.add(&byte, 1);
        while (reader.next(message))
            messages.push_back(message);
    }
    return messages;
}

CloseCode fault_of(const std::string &bytes)
{
    FrameReader reader;
    CHECK(read(reader, bytes).empty());
    return reader.fault();
}

const std::string KEY = "dGhlIHNhbXBsZSBub25jZQ==";

std::string answer(const std::string &more = "")
{
    return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\nConnection: keep-alive, Upgrade\r\n"
           "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n" +
           more + "\r\n";
}

} // namespace

TEST_CASE("a frame of a client is masked and says its length in as few bytes as there are")
{
    const pj_uint8_t mask[] = {0x37, 0xfa, 0x21, 0x3d};
    std::string small, middle, large;

    add_frame(small, Opcode::TEXT, "Hello", 5, mask);
    add_frame(middle, Opcode::TEXT, std::string(300, 'x').data(), 300, mask);
    add_frame(large, Opcode::TEXT, std::string(70000, 'x').data(), 70000, mask);

    // The example of RFC 6455 section 5.7.
    CHECK(small == sent({0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58}));
    CHECK(middle.substr(0, 4) == sent({0x81, 0xfe, 0x01, 0x2c}));
    CHECK(large.substr(0, 10) == sent({0x81, 0xff, 0, 0, 0, 0, 0, 1, 0x11, 0x70}));
}

TEST_CASE("masks are not the same twice")
{
    MaskSource masks;
    const std::string first(reinterpret_cast<const char *>(masks.next()), 4);
    bool other = false;
    for (unsigned each = 0; each < 300; ++each)
        other = other || std::string(reinterpret_cast<const char *>(masks.next()), 4) != first;

    CHECK(other);
}

TEST_CASE("a message comes whole however its bytes and its fragments are cut")
{
    FrameReader reader;
    const std::string bytes = sent({0x01, 3}, "Hel") + sent({0x89, 2}, "hi") + sent({0x80, 2}, "lo") +
                              sent({0x82, 126, 0, 200}, std::string(200, 'b'));

    const std::vector<WebSocketMessage> messages = read(reader, bytes);

    REQUIRE(messages.size() == 3);
    CHECK(messages[0].opcode == Opcode::PING);
    CHECK(messages[0].content == "hi");
    CHECK(messages[1].opcode == Opcode::TEXT);
    CHECK(messages[1].content == "Hello");
    CHECK(messages[2].opcode == Opcode::BINARY);
    CHECK(messages[2].content.size() == 200);
}

TEST_CASE("what a long message took is given back once it is read")
{
    const unsigned MANY = 50;
    const size_t KEPT = 64 * 1024, PIECE = 16 * 1024;
    std::string longest = sent({0x81, 127, 0, 0, 0, 0, 0, 0x10, 0, 0}, std::string(LONGEST_MESSAGE, 'x'));
    longest += sent({0x81, 2}, "a"); // of which half has come
    std::vector<FrameReader> readers(MANY);
    const size_t before = __sanitizer_get_current_allocated_bytes();

    for (FrameReader &reader : readers) {
        WebSocketMessage message;
        for (size_t at = 0; at < longest.size(); at += PIECE) {
            CHECK(!reader.next(message));
            reader.add(longest.data() + at, std::min(PIECE, longest.size() - at));
        }
        CHECK(reader.next(message));
        CHECK(message.content.size() == LONGEST_MESSAGE);
        CHECK(!reader.next(message));
        reader.add("b", 1);
        CHECK(reader.next(message));
        CHECK(message.content == "ab");
        CHECK(!reader.next(message));
    }

    CHECK(__sanitizer_get_current_allocated_bytes() - before <= MANY * KEPT);
}

TEST_CASE("a close tells its code and its reason, and none where it has none")
{
    FrameReader with, without;

    const std::vector<WebSocketMessage> told = read(with, sent({0x88, 5, 0x03, 0xe9}, "bye"));
    const std::vector<WebSocketMessage> untold = read(without, sent({0x88, 0}));

    REQUIRE(told.size() == 1);
    CHECK(told[0].close_code == 1001);
    CHECK(told[0].content == "bye");
    CHECK(untold.at(0).close_code == NO_STATUS);
}

TEST_CASE("frames that are no server's are faults before their content has come")
{
    CHECK(fault_of(sent({0xc1})) == NO_CODE);
    CHECK(fault_of(sent({0xc1, 5})) == PROTOCOL_ERROR);                        // compressed
    CHECK(fault_of(sent({0xa1, 5})) == PROTOCOL_ERROR);                        // another reserved bit
    CHECK(fault_of(sent({0x81, 0x85})) == PROTOCOL_ERROR);                     // masked
    CHECK(fault_of(sent({0x83, 1})) == PROTOCOL_ERROR);                        // an unknown opcode
    CHECK(fault_of(sent({0x8b, 1})) == PROTOCOL_ERROR);                        // an unknown control frame
    CHECK(fault_of(sent({0x09, 1})) == PROTOCOL_ERROR);                        // a ping in pieces
    CHECK(fault_of(sent({0x89, 126})) == PROTOCOL_ERROR);                      // a ping that is too long
    CHECK(fault_of(sent({0x80, 1})) == PROTOCOL_ERROR);                        // goes on with nothing
    CHECK(fault_of(sent({0x01, 1}, "a") + sent({0x81, 1})) == PROTOCOL_ERROR); // begins within another
    CHECK(fault_of(sent({0x81, 126, 0, 5})) == PROTOCOL_ERROR);                // a length in more bytes than it takes
    CHECK(fault_of(sent({0x81, 127, 0, 0, 0, 0, 0, 0, 1, 0})) == PROTOCOL_ERROR);
    CHECK(fault_of(sent({0x81, 127, 0x80, 0, 0, 0, 0, 0, 0, 0})) == PROTOCOL_ERROR);
    CHECK(fault_of(sent({0x88, 1}, "a")) == PROTOCOL_ERROR);        // half of a code
    CHECK(fault_of(sent({0x88, 2, 0x03, 0xed})) == PROTOCOL_ERROR); // 1005, which nobody sends
}

TEST_CASE("what is too long is a fault by its length alone, in one frame and in many")
{
    CHECK(fault_of(sent({0x81, 127, 0, 0, 0, 0, 0x40, 0, 0, 0})) == TOO_LONG);
    FrameReader reader;
    std::string fragments = sent({0x01, 126, 0xff, 0xff}, std::string(0xffff, 'a'));
    reader.add(fragments.data(), fragments.size());
    WebSocketMessage message;
    for (unsigned each = 0; each < 20 && reader.fault() == NO_CODE; ++each) {
        fragments = sent({0x00, 126, 0xff, 0xff}, std::string(0xffff, 'a'));
        reader.add(fragments.data(), fragments.size());
        CHECK(!reader.next(message));
    }
    CHECK(reader.fault() == TOO_LONG);
}

TEST_CASE("text that is not UTF-8 is a fault")
{
    CHECK(fault_of(sent({0x81, 2, 0xc3, 0x28})) == NOT_THE_TYPE);
    CHECK(fault_of(sent({0x88, 4, 0x03, 0xe8, 0xc3, 0x28})) == NOT_THE_TYPE);
    for (const std::string &wrong : {std::string("\xc0\x80"), std::string("\xe0\x80\x80"), std::string("\xed\xa0\x80"),
                                     std::string("\xf4\x90\x80\x80"), std::string("\xe2\x82"), std::string("\x80")})
        for (size_t before = 0; before < 18; ++before)
            CHECK(!is_utf8(std::string(before, 'a') + wrong));
    for (const std::string &right :
         {std::string("plain"), std::string("\xc3\xa9"), std::string("\xe2\x82\xac"), std::string("\xf0\x9f\x99\x82")})
        for (size_t before = 0; before < 18; ++before)
            CHECK(is_utf8(std::string(before, 'a') + right));
}

TEST_CASE("each byte of a message is masked, however long it is")
{
    const pj_uint8_t mask[] = {0x11, 0x22, 0x44, 0x88};
    for (size_t length = 0; length < 40; ++length) {
        std::string frame;
        add_frame(frame, Opcode::TEXT, std::string(length, 'a').data(), length, mask);
        REQUIRE(frame.size() == 6 + length);
        for (size_t at = 0; at < length; ++at)
            CHECK(frame[6 + at] == (char)('a' ^ mask[at % 4]));
    }
}

TEST_CASE("a handshake asks for a websocket and nothing more")
{
    HandshakeRequest request{"example.org:8443", "/media?x=1", {"X-Twilio-Signature: abc="}};

    CHECK(request_text(request, KEY) ==
          "GET /media?x=1 HTTP/1.1\r\nHost: example.org:8443\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
          "X-Twilio-Signature: abc=\r\n\r\n");
    CHECK(new_key() != new_key());
    CHECK(new_key().size() == 24);
}

TEST_CASE("an answer opens it that upgrades and answers our key")
{
    const std::string text = answer();
    for (size_t length = 0; length < text.size(); ++length)
        CHECK(!read_answer(text.substr(0, length), KEY).whole);

    const HandshakeAnswer read = read_answer(text + "frames", KEY);

    CHECK(read.whole);
    CHECK(read.refused_for == "");
    CHECK(read.length == text.size());
}

TEST_CASE("any other answer is refused and says why")
{
    std::string other_key = answer(), no_upgrade = answer(), no_connection = answer();
    other_key.replace(other_key.find("s3pP"), 4, "S3pP");
    no_upgrade.replace(no_upgrade.find("WebSocket"), 9, "h2c");
    no_connection.replace(no_connection.find("keep-alive, Upgrade"), 19, "keep-alive");
    for (const std::string &wrong :
         {other_key, no_upgrade, no_connection, answer("Sec-WebSocket-Extensions: permessage-deflate\r\n"),
          answer("Sec-WebSocket-Protocol: chat\r\n"), std::string("SSH-2.0-OpenSSH\r\n"), std::string("\r\n\r\n"),
          std::string("HTTP/1.0 101 Switching\r\n\r\n"), std::string("HTTP/1.1 1010 No\r\n\r\n"),
          "HTTP/1.1 101 Yes\r\nX: " + std::string(20000, 'x')}) {
        const HandshakeAnswer read = read_answer(wrong, KEY);
        CHECK(read.whole);
        CHECK(read.refused_for != "");
    }
    const HandshakeAnswer moved = read_answer("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\n\r\n", KEY);
    CHECK(moved.status == 302);
    CHECK(moved.refused_for == "the answer is 302, not 101");
}
