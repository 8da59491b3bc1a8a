#pragma once

#include <atomic>

#include "fed_sound.h"
#include "secure_socket.h"
#include "stream.hpp"
#include "stream_outbox.h"
#include "websocket_handshake.h"

namespace telefoon {

// A media stream, shared by Python, the thread of the sockets and the ports of the bridge.
struct LiveStream : std::enable_shared_from_this<LiveStream> {
    LiveStream(int number, const StreamPlan &plan);

    void tell(StreamTold::Kind kind, int code, const std::string &text) const;

    // Marks that come back go to the program, a few at once. True where more of them wait.
    bool return_marks();

    // A whole message of the program.
    void take(const WebSocketMessage &message);

    // Nothing goes in or out any more.
    void end(int code, const std::string &why);

    ServerPlace place() const;
    HandshakeRequest request() const;
    StreamSums sums();

    const int number;
    const StreamPlan plan;
    const StreamFormat format;
    StreamOutbox outbox;
    FedSound fed;
    std::atomic<bool> opened{false}, ended{false}, closing{false};
    std::atomic<bool> woken{false}; // the thread of the sockets will look at it
    std::atomic<unsigned long> received_messages{0}, received_bytes{0}, unreadable{0}, refused_ms{0}, marks{0};
    std::atomic<long> ping_ms{-1};

private:
    void take_sound(const std::string &sound);
    void note_unreadable(const std::string &why);
};

} // namespace telefoon
