#pragma once

#include "live_stream.h"
#include "pace.h"

namespace telefoon {

// The WebSocket of a media stream: connects, shakes hands, reads, writes, pings, closes. On the thread of all of them.
class StreamSocket {
public:
    StreamSocket(std::shared_ptr<LiveStream> stream, Clock::time_point now);

    int descriptor() const { return socket.descriptor(); }

    // Do all that can be done without waiting; read `most` bytes where the system tells that there may be something.
    // True where there is more.
    bool run(Clock::time_point now, bool may_read, size_t most);

    // End it where the server has been silent for too long, and ping it where that is due.
    void look(Clock::time_point now);

    bool wants_to_read() const { return !reading_paused && !socket.reads_when_writable(); }
    bool wants_to_write() const;
    bool ended() const { return state == ENDED; }

private:
    enum State { CONNECTING, SHAKING, OPEN, CLOSING, ENDED };

    void connect();
    void shake();
    void open();
    bool read(Clock::time_point now, size_t most);
    void take_messages(Clock::time_point now);
    void take_control(const WebSocketMessage &message, Clock::time_point now);
    void answer_close(const WebSocketMessage &message);
    void write(Clock::time_point now);
    void ask_to_close(CloseCode code, const std::string &why);
    void end(int code, const std::string &why);
    void ping(Clock::time_point now);
    std::chrono::milliseconds patience() const { return std::chrono::milliseconds(stream->plan.patience_ms); }

    const std::shared_ptr<LiveStream> stream;
    SecureSocket socket;
    State state = CONNECTING;
    const std::string key = new_key();
    std::string answer;  // of the handshake, as far as it has come
    std::string sending; // what is being sent
    size_t sent = 0;     // of it
    FrameReader frames;
    WebSocketMessage message; // that was read last, kept so that the next needs no new memory
    bool has_unread = false;  // which the system does not tell again
    bool reading_paused = false, ends_when_sent = false, awaits_pong = false;
    Clock::time_point begun, progressed, pinged, left_unread;
    int close_code = NO_STATUS;
    std::string close_reason;
};

} // namespace telefoon
