#include "stream_outbox.h"

#include "base64.h"

namespace telefoon {

namespace {

// What of media waits beyond it is dropped: some 3.5 s, since the server does not read.
const size_t MOST_MEDIA = 64 * 1024;

} // namespace

void StreamOutbox::open(const std::string &message, unsigned numbers)
{
    Guard guard(mutex);
    opened = true;
    sequence += numbers;
    add_text(message);
}

bool StreamOutbox::add_media(const std::string &track, pj_uint64_t at_ms, const std::string &sound)
{
    Guard guard(mutex);
    if (!opened || closed || stopped)
        return true;
    text = numbered("media");
    text += ",\"media\":{\"track\":\"" + track + "\",\"chunk\":\"" + std::to_string(++chunk) + "\",\"timestamp\":\"" +
            std::to_string(at_ms) + "\",\"payload\":\"";
    add_base64(text, sound.data(), sound.size());
    text += "\"}}";
    if (taken + frames.size() + text.size() > MOST_MEDIA) {
        ++counted.dropped;
        return false;
    }
    add_text(text);
    return true;
}

void StreamOutbox::add_event(const std::string &event, const std::string &members)
{
    Guard guard(mutex);
    if (!opened || closed || stopped)
        return;
    add_text(numbered(event.c_str()) + "," + members + "}");
    stopped = event == "stop";
}

void StreamOutbox::add_control(Opcode opcode, const std::string &content)
{
    Guard guard(mutex);
    if (!closed)
        add_frame(frames, opcode, content.data(), content.size(), masks.next());
}

void StreamOutbox::close()
{
    Guard guard(mutex);
    closed = true;
}

size_t StreamOutbox::waiting()
{
    Guard guard(mutex);
    return taken + frames.size();
}

void StreamOutbox::take(std::string &into)
{
    Guard guard(mutex);
    taken += frames.size();
    into += frames;
    frames.clear();
}

void StreamOutbox::sent(size_t bytes)
{
    Guard guard(mutex);
    taken -= bytes;
    counted.bytes += bytes;
}

StreamOutbox::Sums StreamOutbox::sums()
{
    Guard guard(mutex);
    return counted;
}

// Where the mutex is held.
void StreamOutbox::add_text(const std::string &message)
{
    ++counted.messages;
    add_frame(frames, Opcode::TEXT, message.data(), message.size(), masks.next());
}

// How a message begins.
std::string StreamOutbox::numbered(const char *event)
{
    return std::string("{\"event\":\"") + event + "\",\"sequenceNumber\":\"" + std::to_string(++sequence) +
           "\",\"streamSid\":\"" + stream + "\"";
}

} // namespace telefoon
