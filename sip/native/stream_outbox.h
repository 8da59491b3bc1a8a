#pragma once

#include <string>

#include "pcm.h"
#include "websocket_frames.h"

namespace telefoon {

// What a media stream has still to send, as frames, and the numbers that its messages have. Locks by itself.
class StreamOutbox {
public:
    explicit StreamOutbox(const std::string &stream) : stream(stream) {}

    // A message as it is, before any other; it takes the first `numbers` sequence numbers with it.
    void open(const std::string &message, unsigned numbers);

    // A message of 20 ms of a track. False where it is dropped, since too much waits; it has its chunk nevertheless.
    bool add_media(const std::string &track, pj_uint64_t at_ms, const std::string &sound);

    // A message of that event, whose other members are `members`, as JSON. After "stop" there is no other message.
    void add_event(const std::string &event, const std::string &members);

    void add_control(Opcode opcode, const std::string &content);

    // Nothing is added any more.
    void close();

    // Bytes that wait here, and those of `take` that were not `sent` yet.
    size_t waiting();

    // All that waits, to be sent, in place of what was there; then tell how much of it was.
    void take(std::string &into);
    void sent(size_t bytes);

    struct Sums {
        pj_uint64_t messages = 0, bytes = 0, dropped = 0; // dropped are messages of media
    };
    Sums sums();

private:
    void add_text(const std::string &text);
    void begin(const char *event);

    const std::string stream;
    std::mutex mutex;
    MaskSource masks;
    std::string frames;
    size_t taken = 0;
    pj_uint64_t sequence = 0, chunk = 0;
    bool opened = false, stopped = false, closed = false;
    Sums counted;
};

} // namespace telefoon
