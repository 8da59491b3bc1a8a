#include <doctest/doctest.h>

#include "base64.h"
#include "stream_messages.h"

using namespace telefoon;

namespace {

std::string media(const std::string &payload)
{
    return R"({"event":"media","streamSid":"MZ1","media":{"payload":")" + payload + "\"}}";
}

bool reads(const std::string &text)
{
    std::string bytes;
    return read_base64(text.data(), text.size(), bytes);
}

} // namespace

TEST_CASE("bytes come back from base64 as they were, of any length")
{
    std::string bytes;
    for (unsigned each = 0; each < 300; ++each) {
        std::string text, back;
        add_base64(text, bytes.data(), bytes.size());
        CHECK(read_base64(text.data(), text.size(), back));
        CHECK(back == bytes);
        bytes += (char)(each * 7);
    }
    std::string text;
    add_base64(text, "fooba", 5); // RFC 4648 section 10
    CHECK(text == "Zm9vYmE=");
}

TEST_CASE("what is not quite base64 is none")
{
    for (const std::string wrong :
         {"A", "AA", "AAA", "AAAA=", "AA=A", "A===", "====", "AA\nAA", "AA-_", "AAB=", "AB==", "AAA\xff", "AAAA AAA"})
        CHECK(!reads(wrong));
    CHECK(reads(""));
    CHECK(reads("AAAA"));
    CHECK(reads("AAA="));
    CHECK(reads("AA=="));
}

TEST_CASE("the published messages are read")
{
    const ServerMessage sound = read_server_message(media("Zm9vYmE="));
    const ServerMessage mark = read_server_message(R"({"event":"mark","streamSid":"MZ1","mark":{"name":"a\"\u00e9"}})");
    const ServerMessage clear = read_server_message("\n{ \"streamSid\" : \"MZ1\" , \"event\" : \"clear\" } ");

    CHECK(sound.says == ServerSays::MEDIA);
    CHECK(sound.stream == "MZ1");
    CHECK(sound.sound == "fooba");
    CHECK(mark.says == ServerSays::MARK);
    CHECK(mark.mark == R"("a\"\u00e9")");
    CHECK(clear.says == ServerSays::CLEAR);
}

TEST_CASE("members that nobody asks for are passed over")
{
    const ServerMessage read = read_server_message(
        R"({"sequenceNumber":"4","more":[1,-2.5e+3,{"a":[]},null,true,false,"\ud83d\ude42"],"event":"me\u0064ia",)"
        R"("media":{"track":"outbound","payload":"AA\/\/","chunk":1},"streamSid":"MZ1"})");

    CHECK(read.fault == "");
    CHECK(read.says == ServerSays::MEDIA);
    CHECK(read.sound == std::string("\0\x0f\xff", 3));
}

TEST_CASE("messages that are none say why")
{
    for (const std::string wrong : {"",
                                    "media",
                                    "[]",
                                    "{",
                                    "{}",
                                    "{\"event\":\"media\"}",
                                    "{\"event\":\"clear\",\"streamSid\":\"MZ1\"}}",
                                    "{\"event\":\"clear\",\"streamSid\":\"MZ1\",}",
                                    "{\"event\":1,\"streamSid\":\"MZ1\"}",
                                    "{\"event\":\"stop\",\"streamSid\":\"MZ1\"}",
                                    "{\"event\":\"media\",\"streamSid\":\"MZ1\"}",
                                    "{\"event\":\"media\",\"streamSid\":\"MZ1\",\"media\":\"AAAA\"}",
                                    "{\"event\":\"media\",\"streamSid\":\"MZ1\",\"media\":{\"payload\":4}}",
                                    "{\"event\":\"mark\",\"streamSid\":\"MZ1\",\"mark\":{}}",
                                    "{\"event\":\"clear\" \"streamSid\":\"MZ1\"}",
                                    "{\"event\":\"clear\",\"streamSid\":\"MZ\\x1\"}",
                                    "{\"event\":\"clear\",\"streamSid\":\"MZ\\u12\"}",
                                    "{\"event\":\"clear\",\"streamSid\":\"MZ\n\"}",
                                    "{\"event\":\"clear\",\"streamSid\":\"MZ1\",\"x\":01}",
                                    "{\"event\":\"clear\",\"streamSid\":\"MZ1\",\"x\":1.}",
                                    "{\"event\":\"clear\",\"streamSid\":\"MZ1\",\"x\":nul}",
                                    "{\"event\":\"clear\",\"streamSid\":\"MZ1\",\"x\":+1}"}) {
        const ServerMessage read = read_server_message(wrong);
        CHECK_MESSAGE(read.says == ServerSays::UNREADABLE, wrong);
        CHECK(read.fault != "");
    }
    CHECK(read_server_message(media("AA")).fault == "media.payload is not base64");
    const std::string dance = "dance, and dance, and dance, and", dances = dance.substr(0, 31);
    CHECK(read_server_message("{\"event\":\"" + dances + "\xc3\xa9\",\"streamSid\":\"MZ1\"}").fault ==
          "unknown event " + dances);
    const std::string mark = R"({"event":"mark","streamSid":"MZ1","mark":{"name":")" + std::string(10000, 'x') + "\"}}";
    CHECK(read_server_message(mark).says == ServerSays::UNREADABLE);
}

TEST_CASE("a message may lie deep and ends at 32 levels, not at the end of the stack")
{
    const std::string begin = R"({"event":"clear","streamSid":"MZ1","x":)";
    CHECK(read_server_message(begin + std::string(20, '[') + std::string(20, ']') + "}").says == ServerSays::CLEAR);
    CHECK(read_server_message(begin + std::string(500000, '[')).says == ServerSays::UNREADABLE);
}
