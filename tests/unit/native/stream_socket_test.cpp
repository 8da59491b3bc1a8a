// Streams to a server in the same process, with the threads of a node: the sockets', a clock's, whoever asks.
#include <doctest/doctest.h>

#include <thread>

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base64.h"
#include "live_stream.h"
#include "stream_thread.h"

using namespace telefoon;

namespace {

const char SID[] = "MZ1";
const unsigned TICKS = 200;

// Takes connections, answers their handshakes, and sends each `said` until it is closed; what comes is only read.
class Server {
public:
    explicit Server(std::string said) : said(std::move(said)), listening(socket(AF_INET, SOCK_STREAM, 0))
    {
        sockaddr_in address = {};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof(address);
        REQUIRE(bind(listening, reinterpret_cast<sockaddr *>(&address), size) == 0);
        REQUIRE(listen(listening, 64) == 0);
        getsockname(listening, reinterpret_cast<sockaddr *>(&address), &size);
        port = ntohs(address.sin_port);
        taking = std::thread([this] { take(); });
    }

    ~Server()
    {
        shutdown(listening, SHUT_RDWR);
        taking.join();
        for (std::thread &each : serving)
            each.join();
        close(listening);
    }

    unsigned port;

private:
    void take()
    {
        for (int one = accept(listening, NULL, NULL); one >= 0; one = accept(listening, NULL, NULL))
            serving.emplace_back([this, one] { serve(one); });
    }

    void serve(int one) const
    {
        std::string request;
        char bytes[4096];
        while (request.find("\r\n\r\n") == std::string::npos) {
            const ssize_t count = recv(one, bytes, sizeof(bytes), 0);
            if (count <= 0)
                break;
            request.append(bytes, (size_t)count);
        }
        const std::string name = "Sec-WebSocket-Key: ";
        const std::string key = request.substr(request.find(name) + name.size(), 24);
        const std::string answer = "HTTP/1.1 101 Yes\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                   "Sec-WebSocket-Accept: " +
                                   accepted_as(key) + "\r\n\r\n";
        send(one, answer.data(), answer.size(), MSG_NOSIGNAL);
        pollfd readable = {one, POLLIN, 0};
        for (;;) {
            if (send(one, said.data(), said.size(), MSG_NOSIGNAL | MSG_DONTWAIT) < 0 && errno != EAGAIN)
                break;
            if (poll(&readable, 1, 1) > 0 && recv(one, bytes, sizeof(bytes), 0) <= 0)
                break;
        }
        close(one);
    }

    const std::string said;
    const int listening;
    std::thread taking;
    std::vector<std::thread> serving;
};

std::string text_frame(const std::string &content)
{
    std::string frame = {(char)0x81};
    if (content.size() < 126)
        frame += (char)content.size();
    else
        frame += {(char)126, (char)(content.size() >> 8), (char)(content.size() & 255)};
    return frame + content;
}

// 20 ms of sound with a mark behind it, and now and then a clear, a ping and a message that is none.
std::string talk()
{
    std::string payload;
    add_base64(payload, std::string(160, '\x7f').data(), 160);
    std::string said;
    for (unsigned each = 0; each < 5; ++each)
        said += text_frame(R"({"event":"media","streamSid":"MZ1","media":{"payload":")" + payload + "\"}}") +
                text_frame(R"({"event":"mark","streamSid":"MZ1","mark":{"name":"m"}})");
    return said + text_frame(R"({"event":"clear","streamSid":"MZ1"})") + std::string("\x89\0", 2) + text_frame("no");
}

StreamPlan plan_to(unsigned port)
{
    StreamPlan plan;
    plan.address = plan.host = "127.0.0.1";
    plan.port = port;
    plan.path = "/";
    plan.secure = false;
    plan.sid = SID;
    plan.two_way = true;
    plan.greeting.push_back("{}");
    return plan;
}

// What the media clock does for a stream.
void tick(const std::shared_ptr<LiveStream> &stream, pj_uint64_t ticks)
{
    pj_int16_t frame[160] = {};
    std::string encoded;
    stream->format.encode(frame, 160, encoded);
    stream->outbox.add_media("inbound", ticks * 20, encoded);
    wake_stream(stream);
    unsigned clears;
    stream->fed.take(frame, clears);
}

bool ends(const std::shared_ptr<LiveStream> &stream)
{
    for (unsigned each = 0; each < 500 && !stream->ended; ++each)
        usleep(10000);
    return stream->ended;
}

} // namespace

TEST_CASE("streams begin, are used by all threads at once, and end")
{
    Server server(talk());
    std::vector<std::shared_ptr<LiveStream>> streams;
    for (int number = 0; number < 8; ++number) {
        streams.push_back(std::make_shared<LiveStream>(number, plan_to(server.port)));
        begin_stream(streams.back());
        streams.back()->fed.flow();
    }
    std::thread clock([&] {
        for (unsigned ticks = 0; ticks < TICKS; ++ticks, usleep(5000))
            for (const std::shared_ptr<LiveStream> &stream : streams)
                tick(stream, ticks);
    });
    std::thread asking([&] {
        for (unsigned each = 0; each < TICKS; ++each, usleep(5000)) {
            streams[each % 8]->outbox.add_event("dtmf", "\"dtmf\":{\"digit\":\"1\"}");
            streams[each % 8]->sums();
            streams[each % 8]->fed.clear();
            streams_told();
        }
    });
    clock.join();
    asking.join();
    for (const std::shared_ptr<LiveStream> &stream : streams) {
        const StreamSums sums = stream->sums();
        CHECK(sums.sent_messages > TICKS / 2);
        CHECK(sums.received_messages > TICKS / 2);
        CHECK(sums.marks > 0);
        CHECK(sums.unreadable > 0);
        stream->closing = true;
        wake_stream(stream);
    }
    for (const std::shared_ptr<LiveStream> &stream : streams)
        CHECK(ends(stream));
    streams_told();
}

TEST_CASE("a stream that is let go of while it connects ends")
{
    Server server("");
    for (int number = 0; number < 50; ++number) {
        Stream stream(number, plan_to(server.port));
        stream.send("dtmf", "\"dtmf\":{}");
    }
    unsigned ended = 0;
    for (unsigned each = 0; each < 500 && ended < 50; ++each, usleep(10000))
        for (const StreamTold &told : streams_told())
            ended += told.kind == StreamTold::ENDED;
    CHECK(ended == 50);
}
