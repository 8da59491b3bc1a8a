#include "stream_outbox.h"

#include <charconv>

#include "base64.h"

namespace telefoon {

namespace {

// What of media waits beyond it is dropped: some 3.5 s, since the server does not read.
const size_t MOST_MEDIA = 64 * 1024;

// The message that is made. One for all streams of a thread, so that it stays in the processor's cache.
thread_local std::string text;

void add_decimal(std::string &to, pj_uint64_t number)
{
    char digits[20];
    to.append(digits, std::to_chars(digits, digits + sizeof(digits), number).ptr);
}

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
    begin("media");
    text.append(",\"media\":{\"track\":\"").append(track).append("\",\"chunk\":\"");
    add_decimal(text, ++chunk);
    text += "\",\"timestamp\":\"";
    add_decimal(text, at_ms);
    text += "\",\"payload\":\"";
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
    begin(event.c_str());
    text.append(",").append(members).append("}");
    add_text(text);
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
    into.swap(frames);
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

// How a message begins, with the next number.
void StreamOutbox::begin(const char *event)
{
    text.assign("{\"event\":\"").append(event).append("\",\"sequenceNumber\":\"");
    add_decimal(text, ++sequence);
    text.append("\",\"streamSid\":\"").append(stream).append("\"");
}

} // namespace telefoon
