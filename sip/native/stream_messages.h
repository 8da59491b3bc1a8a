// What a server says on a media stream, as JSON (RFC 8259), in the published shape.
#pragma once

#include <string>

namespace telefoon {

enum class ServerSays { MEDIA, MARK, CLEAR, UNREADABLE };

struct ServerMessage {
    ServerSays says = ServerSays::UNREADABLE;
    std::string stream; // its streamSid
    std::string sound;  // MEDIA: the bytes of its payload
    std::string mark;   // MARK: its name, as the JSON string that it came as, with the quotes
    std::string fault;  // UNREADABLE: why, in words
};

// In bytes, of the name of a mark as it came.
const size_t LONGEST_MARK = 1024;

// The text must be UTF-8.
ServerMessage read_server_message(const std::string &text);

} // namespace telefoon
