#include "stream_messages.h"

#include "base64.h"
#include "json_text.h"

namespace telefoon {

namespace {

// The members that count, where they are there.
struct Members {
    std::string event, stream, payload, mark;
    bool has_event = false, has_stream = false, has_payload = false, has_mark = false;
};

template <class Read> bool noted(bool &has, Read read)
{
    has = read();
    return has;
}

// A member of an object in the object, and nothing else of that.
bool read_inner(JsonText &json, const char *wanted, bool raw, std::string &value, bool &has)
{
    return json.object([&](const std::string &name) {
        if (name != wanted)
            return json.skip();
        return noted(has, [&] { return raw ? json.raw_string(value) : json.string(value); });
    });
}

bool read_members(const std::string &text, Members &members)
{
    JsonText json(text);
    const bool read = json.object([&](const std::string &name) {
        if (name == "event")
            return noted(members.has_event, [&] { return json.string(members.event); });
        if (name == "streamSid")
            return noted(members.has_stream, [&] { return json.string(members.stream); });
        if (name == "media")
            return read_inner(json, "payload", false, members.payload, members.has_payload);
        if (name == "mark")
            return read_inner(json, "name", true, members.mark, members.has_mark);
        return json.skip();
    });
    return read && json.over();
}

ServerMessage unreadable(const std::string &why)
{
    ServerMessage message;
    message.fault = why;
    return message;
}

ServerMessage media(const Members &members, ServerMessage message)
{
    if (!members.has_payload)
        return unreadable("media without media.payload");
    if (!read_base64(members.payload.data(), members.payload.size(), message.sound))
        return unreadable("media.payload is not base64");
    message.says = ServerSays::MEDIA;
    return message;
}

ServerMessage mark(const Members &members, ServerMessage message)
{
    if (!members.has_mark)
        return unreadable("mark without mark.name");
    if (members.mark.size() > LONGEST_MARK)
        return unreadable("mark.name is longer than " + std::to_string(LONGEST_MARK) + " bytes");
    message.mark = members.mark;
    message.says = ServerSays::MARK;
    return message;
}

} // namespace

ServerMessage read_server_message(const std::string &text)
{
    Members members;
    if (!read_members(text, members))
        return unreadable("it is not a JSON object of the published shape");
    if (!members.has_event)
        return unreadable("it has no event");
    if (!members.has_stream)
        return unreadable(members.event.substr(0, 32) + " without streamSid");
    ServerMessage message;
    message.stream = members.stream;
    if (members.event == "media")
        return media(members, message);
    if (members.event == "mark")
        return mark(members, message);
    if (members.event != "clear")
        return unreadable("unknown event " + members.event.substr(0, 32));
    message.says = ServerSays::CLEAR;
    return message;
}

} // namespace telefoon
