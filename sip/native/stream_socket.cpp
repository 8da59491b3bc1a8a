#include "stream_socket.h"

#include <algorithm>

namespace telefoon {

namespace {

const int NO_CLOSE = 1006; // there was none (RFC 6455 section 7.4.1)
const size_t ONE_READ = 16 * 1024;
const size_t TOO_MUCH_UNSENT = 128 * 1024;
const std::chrono::seconds CLOSES_WITHIN(2);

std::string words_for(CloseCode fault)
{
    if (fault == TOO_LONG)
        return "the server sends a message of more than " + std::to_string(LONGEST_MESSAGE) + " bytes";
    if (fault == NOT_THE_TYPE)
        return "the server sends a text that is not UTF-8";
    return "what the server sends is no WebSocket's";
}

// What is wrong where a server closes so. Whoever closes in order may say anything with it.
std::string words_for_close(const WebSocketMessage &message)
{
    if (message.close_code == NORMAL_CLOSURE || message.close_code == NO_STATUS)
        return "";
    if (!message.content.empty())
        return message.content;
    return "the server has closed it with " + std::to_string(message.close_code);
}

std::string close_content(CloseCode code)
{
    return {(char)(code >> 8), (char)(code & 255)};
}

} // namespace

StreamSocket::StreamSocket(std::shared_ptr<LiveStream> stream, Clock::time_point now)
    : stream(std::move(stream)), socket(this->stream->place()), begun(now), progressed(now), pinged(now),
      left_unread(now)
{
}

bool StreamSocket::run(Clock::time_point now, bool may_read, size_t most)
{
    if (state == CONNECTING)
        connect();
    if (state == SHAKING)
        shake();
    if (!reading_paused && (may_read || has_unread || socket.reads_when_writable()) &&
        (state == OPEN || state == CLOSING))
        has_unread = read(now, most);
    const bool marks_wait = state == OPEN && stream->return_marks();
    if (state == OPEN && stream->closing)
        ask_to_close(NORMAL_CLOSURE, "");
    if (state != CONNECTING && state != ENDED)
        write(now);
    if (state == ENDED)
        return false;
    // What a server sends that reads nothing itself would ask for ever more of us.
    const bool was_paused = reading_paused;
    reading_paused = marks_wait || stream->outbox.waiting() > TOO_MUCH_UNSENT;
    // After a pause there may be something that TLS has read already, of which the system tells no more.
    has_unread = has_unread || was_paused;
    if (reading_paused || has_unread)
        left_unread = now;
    return marks_wait ? !wants_to_write() : !reading_paused && has_unread;
}

void StreamSocket::connect()
{
    const SecureSocket::Step step = socket.connect();
    if (step == SecureSocket::Step::FAILED)
        return end(NO_CLOSE, socket.fault());
    if (step != SecureSocket::Step::DONE)
        return;
    state = SHAKING;
    sending = request_text(stream->request(), key);
}

void StreamSocket::shake()
{
    char bytes[ONE_READ];
    size_t count = 0;
    const SecureSocket::Step step = socket.read(bytes, sizeof(bytes), count);
    if (step == SecureSocket::Step::FAILED)
        return end(NO_CLOSE, socket.fault());
    answer.append(bytes, count);
    const HandshakeAnswer read = read_answer(answer, key);
    if (!read.whole)
        return;
    if (!read.refused_for.empty())
        return end(read.status && read.status != 101 ? (int)read.status : NO_CLOSE, read.refused_for);
    frames.add(answer.data() + read.length, answer.size() - read.length);
    answer.clear();
    open();
}

void StreamSocket::open()
{
    state = OPEN;
    progressed = pinged = Clock::now();
    stream->tell(StreamTold::OPENED, 0, "");
    for (size_t at = 0; at < stream->plan.greeting.size(); ++at)
        stream->outbox.open(stream->plan.greeting[at], at + 1 == stream->plan.greeting.size());
    stream->opened = true;
    has_unread = true;
    take_messages(progressed);
}

bool StreamSocket::read(Clock::time_point now, size_t most)
{
    char bytes[ONE_READ];
    while (most && (state == OPEN || state == CLOSING)) {
        const size_t wanted = std::min(most, sizeof(bytes));
        size_t count = 0;
        const SecureSocket::Step step = socket.read(bytes, wanted, count);
        if (step == SecureSocket::Step::FAILED) {
            end(state == CLOSING ? close_code : NO_CLOSE, state == CLOSING ? close_reason : socket.fault());
            return false;
        }
        if (step == SecureSocket::Step::WAITS)
            return false;
        frames.add(bytes, count);
        take_messages(now);
        // Less than was asked for is all there is.
        if (count < wanted && !socket.reads_records())
            return false;
        most -= count;
    }
    return true;
}

void StreamSocket::take_messages(Clock::time_point now)
{
    while ((state == OPEN || state == CLOSING) && frames.next(message)) {
        if (message.opcode != Opcode::TEXT && message.opcode != Opcode::BINARY)
            take_control(message, now);
        else if (state == OPEN)
            stream->take(message);
    }
    if (message.content.capacity() > ONE_READ)
        std::string().swap(message.content); // an assignment would keep the memory
    if (frames.fault() == NO_CODE || (state != OPEN && state != CLOSING))
        return;
    ask_to_close(frames.fault(), words_for(frames.fault()));
    ends_when_sent = true;
}

void StreamSocket::take_control(const WebSocketMessage &message, Clock::time_point now)
{
    if (message.opcode == Opcode::CLOSE)
        return answer_close(message);
    if (message.opcode == Opcode::PING) {
        // A pong may stand for several pings (RFC 6455 section 5.5.3), so that a flood of them asks for nothing.
        if (stream->outbox.waiting() < TOO_MUCH_UNSENT)
            stream->outbox.add_control(Opcode::PONG, message.content);
        return;
    }
    if (awaits_pong)
        stream->ping_ms = (long)std::chrono::duration_cast<std::chrono::milliseconds>(now - pinged).count();
    awaits_pong = false;
}

void StreamSocket::answer_close(const WebSocketMessage &message)
{
    if (state == OPEN) {
        ask_to_close(message.close_code == NO_STATUS ? NORMAL_CLOSURE : (CloseCode)message.close_code,
                     words_for_close(message));
        close_code = (int)message.close_code;
    }
    ends_when_sent = true;
}

// Send what waits, then a Close.
void StreamSocket::ask_to_close(CloseCode code, const std::string &why)
{
    if (state == OPEN) {
        stream->outbox.add_control(Opcode::CLOSE, close_content(code));
        stream->outbox.close();
        begun = Clock::now();
        close_code = (int)code;
        close_reason = why;
    }
    state = CLOSING;
}

void StreamSocket::write(Clock::time_point now)
{
    for (;;) {
        if (sent == sending.size()) {
            sending.clear();
            sent = 0;
            if (state != SHAKING)
                stream->outbox.take(sending);
            progressed = now; // nothing waits for the server
            if (sending.empty())
                break;
        }
        size_t count = 0;
        const SecureSocket::Step step = socket.write(sending.data() + sent, sending.size() - sent, count);
        if (step == SecureSocket::Step::FAILED)
            return end(state == CLOSING ? close_code : NO_CLOSE, state == CLOSING ? close_reason : socket.fault());
        if (step == SecureSocket::Step::WAITS)
            return;
        sent += count;
        progressed = now;
        if (state != SHAKING)
            stream->outbox.sent(count);
    }
    if (ends_when_sent)
        end(close_code, close_reason);
}

void StreamSocket::look(Clock::time_point now)
{
    if (state == ENDED)
        return;
    if ((state == CONNECTING || state == SHAKING) && (stream->closing || now - begun > patience()))
        return end(NO_CLOSE, stream->closing ? "closed before it was open" : "the server does not answer");
    if (state == CLOSING && now - begun > CLOSES_WITHIN)
        return end(close_code, close_reason);
    if (state != OPEN)
        return;
    if (wants_to_write() && now - progressed > patience())
        return end(NO_CLOSE, "the server does not read");
    // Where it was not read, its pong may lie behind what it has sent.
    if (awaits_pong && now - std::max(pinged, left_unread) > patience())
        return end(NO_CLOSE, "the server answers no ping");
    if (!awaits_pong && now - pinged > std::chrono::milliseconds(stream->plan.ping_every_ms))
        ping(now);
}

void StreamSocket::ping(Clock::time_point now)
{
    stream->outbox.add_control(Opcode::PING, "");
    awaits_pong = true;
    pinged = now;
    write(now);
}

bool StreamSocket::wants_to_write() const
{
    if (state == CONNECTING)
        return socket.wants_to_write();
    return sent < sending.size() || (!reading_paused && socket.reads_when_writable());
}

void StreamSocket::end(int code, const std::string &why)
{
    state = ENDED;
    stream->end(code, why);
}

} // namespace telefoon
