#include "live_stream.h"

#include "stream_messages.h"
#include "stream_news.h"
#include "stream_thread.h"

namespace telefoon {

namespace {

const unsigned MOST_TOLD = 10;          // of messages that can't be read
const size_t MARKS_AT_ONCE = 16 * 1024; // in bytes that wait: others' marks and sound go out meanwhile
const unsigned HTTP = 80, HTTPS = 443;

} // namespace

LiveStream::LiveStream(int number, const StreamPlan &plan)
    : number(number), plan(plan), format(StreamFormat::named(plan.encoding, plan.rate)), outbox(plan.sid),
      fed(format, plan.cushion_ms, [this] { wake_stream(shared_from_this()); })
{
}

void LiveStream::tell(StreamTold::Kind kind, int code, const std::string &text) const
{
    StreamTold told;
    told.stream = number;
    told.kind = kind;
    told.code = code;
    told.text = text;
    tell_of_stream(told);
}

bool LiveStream::return_marks()
{
    FedSound::Returned back;
    while (outbox.waiting() < MARKS_AT_ONCE) {
        if (!fed.give_back(back))
            return false;
        const char *more = back.cleared && plan.marks_tell ? ",\"cleared\":true" : "";
        outbox.add_event("mark", "\"mark\":{\"name\":" + back.mark + more + "}");
        ++marks;
    }
    return true;
}

void LiveStream::take(const WebSocketMessage &message)
{
    ++received_messages;
    received_bytes += message.content.size();
    if (message.opcode == Opcode::BINARY)
        return note_unreadable("it is binary");
    if (!plan.two_way)
        return note_unreadable("a stream of one way takes nothing");
    const ServerMessage read = read_server_message(message.content);
    if (read.says == ServerSays::UNREADABLE)
        return note_unreadable(read.fault);
    if (read.stream != plan.sid)
        return note_unreadable("its streamSid is another stream's");
    if (read.says == ServerSays::MEDIA)
        take_sound(read.sound);
    else if (read.says == ServerSays::CLEAR)
        fed.clear();
    else if (!fed.mark(read.mark))
        note_unreadable("too many marks wait");
}

void LiveStream::take_sound(const std::string &sound)
{
    if (sound.size() % format.sample_bytes())
        return note_unreadable("its samples are not whole");
    if (fed.add(sound))
        return;
    refused_ms += (unsigned long)(sound.size() * 1000 / (format.rate * format.sample_bytes()));
    note_unreadable("more than ten minutes of sound would wait");
}

void LiveStream::note_unreadable(const std::string &why)
{
    if (++unreadable <= MOST_TOLD)
        tell(StreamTold::UNREADABLE, 0, why);
}

void LiveStream::end(int code, const std::string &why)
{
    if (ended.exchange(true))
        return;
    outbox.close();
    fed.end();
    tell(StreamTold::ENDED, code, why);
}

ServerPlace LiveStream::place() const
{
    return ServerPlace{plan.address, plan.port, plan.host, plan.secure, plan.authorities};
}

HandshakeRequest LiveStream::request() const
{
    const std::string name = plan.host.find(':') == std::string::npos ? plan.host : "[" + plan.host + "]";
    const bool usual = plan.port == (plan.secure ? HTTPS : HTTP);
    return HandshakeRequest{usual ? name : name + ":" + std::to_string(plan.port), plan.path,
                            std::vector<std::string>(plan.headers.begin(), plan.headers.end())};
}

StreamSums LiveStream::sums()
{
    const StreamOutbox::Sums sent = outbox.sums();
    StreamSums sums;
    sums.sent_messages = sent.messages;
    sums.sent_bytes = sent.bytes;
    sums.dropped_ms = sent.dropped * 1000 / FRAMES_PER_S;
    sums.received_messages = received_messages;
    sums.received_bytes = received_bytes;
    sums.unreadable = unreadable;
    sums.refused_ms = refused_ms;
    sums.marks = marks;
    sums.waiting_bytes = outbox.waiting();
    sums.waiting_ms = fed.waiting_ms();
    sums.underruns = fed.underruns();
    sums.ping_ms = ping_ms;
    return sums;
}

} // namespace telefoon
