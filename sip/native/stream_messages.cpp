#include "stream_messages.h"

#include <algorithm>

#include "base64.h"
#include "json_text.h"

namespace telefoon {

namespace {

const size_t LONGEST_SHOWN = 32; // in bytes, of an event that is none

// A member's string, which is the message's own bytes where it has no escapes.
struct Member {
    bool there = false;
    std::string_view value;
    std::string room;

    bool read(JsonText &json) { return there = json.string(value, room); }
    bool read_raw(JsonText &json) { return there = json.raw_string(value); }
};

// The members that count, where they are there.
struct Members {
    Member event, stream, payload, mark;
};

// A member of an object in the object, and nothing else of that.
template <class Read> bool read_inner(JsonText &json, const char *wanted, Read read)
{
    return json.object([&](std::string_view name) { return name == wanted ? read() : json.skip(); });
}

bool read_members(const std::string &text, Members &members)
{
    JsonText json(text);
    const bool read = json.object([&](std::string_view name) {
        if (name == "event")
            return members.event.read(json);
        if (name == "streamSid")
            return members.stream.read(json);
        if (name == "media")
            return read_inner(json, "payload", [&] { return members.payload.read(json); });
        if (name == "mark")
            return read_inner(json, "name", [&] { return members.mark.read_raw(json); });
        return json.skip();
    });
    return read && json.over();
}

// The first letters of a text that is UTF-8, to be shown.
std::string beginning(std::string_view text)
{
    size_t end = std::min(text.size(), LONGEST_SHOWN);
    while (end < text.size() && end && (text[end] & 0xc0) == 0x80)
        --end;
    return std::string(text.substr(0, end));
}

ServerMessage unreadable(const std::string &why)
{
    ServerMessage message;
    message.fault = why;
    return message;
}

ServerMessage media(const Members &members, ServerMessage message)
{
    const std::string_view payload = members.payload.value;
    if (!members.payload.there)
        return unreadable("media without media.payload");
    if (!read_base64(payload.data(), payload.size(), message.sound))
        return unreadable("media.payload is not base64");
    message.says = ServerSays::MEDIA;
    return message;
}

ServerMessage mark(const Members &members, ServerMessage message)
{
    if (!members.mark.there)
        return unreadable("mark without mark.name");
    if (members.mark.value.size() > LONGEST_MARK)
        return unreadable("mark.name is longer than " + std::to_string(LONGEST_MARK) + " bytes");
    message.mark = members.mark.value;
    message.says = ServerSays::MARK;
    return message;
}

} // namespace

ServerMessage read_server_message(const std::string &text)
{
    Members members;
    if (!read_members(text, members))
        return unreadable("it is not a JSON object of the published shape");
    if (!members.event.there)
        return unreadable("it has no event");
    const std::string_view event = members.event.value;
    const std::string shown = beginning(event);
    if (!members.stream.there)
        return unreadable(shown + " without streamSid");
    ServerMessage message;
    message.stream = members.stream.value;
    if (event == "media")
        return media(members, std::move(message));
    if (event == "mark")
        return mark(members, std::move(message));
    if (event != "clear")
        return unreadable("unknown event " + shown);
    message.says = ServerSays::CLEAR;
    return message;
}

} // namespace telefoon
