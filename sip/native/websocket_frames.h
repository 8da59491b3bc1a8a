// The frames of a WebSocket (RFC 6455 section 5), as its client writes and reads them.
#pragma once

#include <string>

#include <pjlib.h>

namespace telefoon {

enum class Opcode : pj_uint8_t { CONTINUATION = 0, TEXT = 1, BINARY = 2, CLOSE = 8, PING = 9, PONG = 10 };

// Why a connection is closed (RFC 6455 section 7.4.1).
enum CloseCode : unsigned {
    NO_CODE = 0,
    NORMAL_CLOSURE = 1000,
    GOING_AWAY = 1001,
    PROTOCOL_ERROR = 1002,
    NO_STATUS = 1005,
    NOT_THE_TYPE = 1007,
    TOO_LONG = 1009
};

// In bytes, of a whole message in however many frames.
const size_t LONGEST_MESSAGE = 1024 * 1024;

// Random bytes that nobody can foretell, as masks must be (section 5.3), fetched many at a time.
class MaskSource {
public:
    const pj_uint8_t *next();

private:
    pj_uint8_t bytes[2048];
    size_t used = sizeof(bytes);
};

// A whole message in one frame, masked as a client's must be.
void add_frame(std::string &to, Opcode opcode, const char *content, size_t length, const pj_uint8_t *mask);

// A message, or a control frame, which may come between the frames of a message.
struct WebSocketMessage {
    Opcode opcode;
    std::string content;
    unsigned close_code = NO_STATUS; // where it is a Close; its content is the reason then
};

// Takes what a server sends, however it is cut into pieces.
class FrameReader {
public:
    // Bytes after a fault are dropped.
    void add(const char *bytes, size_t count);

    // The next message that is whole. False where there is none yet, or after a fault.
    bool next(WebSocketMessage &message);

    // With which code the connection is to be closed, since what came is no WebSocket's; NO_CODE while all is well.
    CloseCode fault() const { return found; }

private:
    struct Header {
        bool final;
        Opcode opcode;
        size_t length, begin; // of the content, and where it begins in what was received
    };

    bool read_header(Header &header);
    bool take(const Header &header, WebSocketMessage &message);
    bool take_control(const Header &header, WebSocketMessage &message);
    bool read_close(WebSocketMessage &message);
    bool fail(CloseCode code);
    void drop_read();

    std::string received;
    size_t read = 0; // of what was received
    bool within = false;
    WebSocketMessage partial; // of which frames are still to come
    CloseCode found = NO_CODE;
};

bool is_utf8(const std::string &text);

} // namespace telefoon
