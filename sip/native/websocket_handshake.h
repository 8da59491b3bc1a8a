// The handshake that opens a WebSocket (RFC 6455 section 4), as its client does it.
#pragma once

#include <string>
#include <vector>

namespace telefoon {

// What a client asks of a server. Headers are whole lines without their ends ("Name: value").
struct HandshakeRequest {
    std::string host; // as the URL names it, with its port where that is not the scheme's own
    std::string path;
    std::vector<std::string> headers;
};

// What every answer is to prove that it has read; another one each time.
std::string new_key();

std::string request_text(const HandshakeRequest &request, const std::string &key);

// What Sec-WebSocket-Accept must say to a key.
std::string accepted_as(const std::string &key);

// What has come of an answer.
struct HandshakeAnswer {
    bool whole = false;
    size_t length = 0;       // of it; what follows are frames
    unsigned status = 0;     // of HTTP; 0 where there is none
    std::string refused_for; // why it opens nothing, in words; empty where it does
};

HandshakeAnswer read_answer(const std::string &received, const std::string &key);

} // namespace telefoon
