#pragma once

#include <memory>

namespace telefoon {

struct LiveStream;

// One thread has the sockets of all streams. From any thread:

// Connect it.
void begin_stream(const std::shared_ptr<LiveStream> &stream);

// It has something to send, or is to be closed.
void wake_stream(const std::shared_ptr<LiveStream> &stream);

} // namespace telefoon
