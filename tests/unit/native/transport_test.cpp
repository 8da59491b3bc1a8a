// Of pjmedia's UDP transport, as sip/patches changes it.
#include <doctest/doctest.h>

#include <atomic>
#include <thread>

#include <pjmedia/stream_common.h>
#include <pjmedia/transport_udp.h>
#include <pjsua-lib/pjsua.h>
#include <pjsua-lib/pjsua_internal.h>

namespace {

void sleep_ms(unsigned ms)
{
    std::this_thread::sleep_for(std::chrono::milliseconds(ms));
}

// A stream that takes long over each packet, and knows whether it was destroyed.
struct SlowStream {
    pjmedia_stream_common stream = pjmedia_stream_common();
    pjmedia_stream_info_common asked = pjmedia_stream_info_common();
    std::atomic<bool> reading{false}, goes_on{false}, destroyed{false};
    std::atomic<bool> destroyed_under_it{false}, has_read{false};
    std::atomic<unsigned> packets{0};

    explicit SlowStream(pj_pool_t *pool)
    {
        stream.si = &asked;
        pj_grp_lock_create_w_handler(
            pool, NULL, this, [](void *self) { static_cast<SlowStream *>(self)->destroyed = true; }, &stream.grp_lock);
        pj_grp_lock_add_ref(stream.grp_lock);
    }

    void read()
    {
        reading = true;
        while (!goes_on)
            sleep_ms(1);
        destroyed_under_it = destroyed.load();
        has_read = true;
        ++packets;
    }
};

// The transport of a call's media on sockets of this machine.
struct Line {
    pj_pool_t *pool = pjsua_pool_create("line", 1000, 1000);
    pjmedia_endpt *endpoint = NULL;
    pjmedia_transport *transport = NULL;
    pjmedia_sock_info sockets = pjmedia_sock_info();
    pj_sock_t far_end = PJ_INVALID_SOCKET;

    Line()
    {
        pjmedia_endpt_create2(&pjsua_var.cp.factory, NULL, 1, &endpoint);
        sockets.rtp_sock = opened(&sockets.rtp_addr_name);
        sockets.rtcp_sock = opened(&sockets.rtcp_addr_name);
        pj_sockaddr unused;
        far_end = opened(&unused);
        pjmedia_transport_udp_attach(endpoint, NULL, &sockets, 0, &transport);
    }

    ~Line()
    {
        pjmedia_transport_close(transport);
        pjmedia_endpt_destroy2(endpoint);
        pj_sock_close(far_end);
        pj_pool_release(pool);
    }

    void attach(SlowStream &to)
    {
        pjmedia_transport_attach_param asked = pjmedia_transport_attach_param();
        asked.stream = &to.stream;
        asked.user_data = &to;
        asked.media_type = PJMEDIA_TYPE_AUDIO;
        asked.rem_addr = asked.rem_rtcp = sockets.rtp_addr_name;
        asked.addr_len = sizeof(pj_sockaddr_in);
        asked.rtp_cb2 = [](pjmedia_tp_cb_param *given) { static_cast<SlowStream *>(given->user_data)->read(); };
        asked.rtcp_cb = [](void *stream, void *, pj_ssize_t) { static_cast<SlowStream *>(stream)->read(); };
        pjmedia_transport_media_start(transport, pool, NULL, NULL, 0);
        pjmedia_transport_attach2(transport, &asked);
    }

    void send(const pj_sockaddr &to)
    {
        char packet[12] = {(char)0x80};
        pj_ssize_t size = sizeof packet;
        pj_sock_sendto(far_end, packet, &size, 0, &to, sizeof(pj_sockaddr_in));
    }

private:
    static pj_sock_t opened(pj_sockaddr *name)
    {
        pj_sock_t made = PJ_INVALID_SOCKET;
        int size = sizeof *name;
        pj_str_t loopback = pj_str((char *)"127.0.0.1");
        pj_sockaddr_init(pj_AF_INET(), name, &loopback, 0);
        pj_sock_socket(pj_AF_INET(), pj_SOCK_DGRAM(), 0, &made);
        pj_sock_bind(made, name, sizeof(pj_sockaddr_in));
        pj_sock_getsockname(made, name, &size);
        return made;
    }
};

// The stream is destroyed while a packet is read, on a machine that holds up the reader for longer than detaching
// waits.
void hold_up(SlowStream &stream, Line &line, const pj_sockaddr &port)
{
    line.attach(stream);
    line.send(port);
    while (!stream.reading)
        sleep_ms(1);
    pjmedia_transport_detach(line.transport, &stream);
    pj_grp_lock_dec_ref(stream.stream.grp_lock);
    stream.goes_on = true;
    while (!stream.has_read || !stream.destroyed)
        sleep_ms(1);
}

} // namespace

TEST_CASE("a stream outlives an RTP packet of it that is being read")
{
    Line line;
    SlowStream stream(line.pool);

    hold_up(stream, line, line.sockets.rtp_addr_name);

    CHECK_FALSE(stream.destroyed_under_it);
}

TEST_CASE("a stream outlives an RTCP packet of it that is being read")
{
    Line line;
    SlowStream stream(line.pool);

    hold_up(stream, line, line.sockets.rtcp_addr_name);

    CHECK_FALSE(stream.destroyed_under_it);
}

TEST_CASE("packets that come together are all read")
{
    Line line;
    SlowStream stream(line.pool);
    stream.goes_on = true;
    line.attach(stream);

    for (unsigned i = 0; i < 5; ++i) {
        line.send(line.sockets.rtp_addr_name);
        line.send(line.sockets.rtcp_addr_name);
    }
    for (unsigned waited_ms = 0; stream.packets < 10 && waited_ms < 10000; ++waited_ms)
        sleep_ms(1);

    CHECK(stream.packets == 10);
    pjmedia_transport_detach(line.transport, &stream);
    pj_grp_lock_dec_ref(stream.stream.grp_lock);
}
