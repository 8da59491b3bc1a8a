// Of pjlib's I/O queue on epoll, as sip/patches changes it.
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <thread>

#include <pjsua-lib/pjsua.h>
#include <pjsua-lib/pjsua_internal.h>

namespace {

using Clock = std::chrono::steady_clock;

// A socket in a queue of its own, who sends to it, and what has been read from it.
struct Port {
    pj_pool_t *pool = pjsua_pool_create("port", 1000, 1000);
    pj_ioqueue_t *queue = NULL;
    pj_ioqueue_key_t *key = NULL;
    pj_ioqueue_op_key_t reading = pj_ioqueue_op_key_t();
    pj_sock_t socket = PJ_INVALID_SOCKET, sender = PJ_INVALID_SOCKET;
    pj_sockaddr address;
    unsigned number = 0;
    std::atomic<unsigned> read{0};

    Port()
    {
        pj_str_t loopback = pj_str((char *)"127.0.0.1");
        int size = sizeof address;
        pj_sockaddr_init(pj_AF_INET(), &address, &loopback, 0);
        pj_sock_socket(pj_AF_INET(), pj_SOCK_DGRAM(), 0, &socket);
        pj_sock_socket(pj_AF_INET(), pj_SOCK_DGRAM(), 0, &sender);
        pj_sock_bind(socket, &address, sizeof(pj_sockaddr_in));
        pj_sock_getsockname(socket, &address, &size);
        pj_ioqueue_callback told = pj_ioqueue_callback();
        told.on_read_complete = [](pj_ioqueue_key_t *key, pj_ioqueue_op_key_t *, pj_ssize_t) {
            ++static_cast<Port *>(pj_ioqueue_get_user_data(key))->read;
        };
        pj_ioqueue_create(pool, 4, &queue);
        pj_ioqueue_register_sock(pool, queue, socket, this, &told, &key);
    }

    ~Port()
    {
        pj_ioqueue_unregister(key);
        pj_ioqueue_destroy(queue);
        pj_sock_close(sender);
        pj_pool_release(pool);
    }

    void send(unsigned packet)
    {
        pj_ssize_t size = sizeof packet;
        pj_sock_sendto(sender, &packet, &size, 0, &address, sizeof(pj_sockaddr_in));
    }

    void begin_read()
    {
        pj_ssize_t size = sizeof number;
        pj_ioqueue_recv(key, &reading, &number, &size, PJ_IOQUEUE_ALWAYS_ASYNC);
    }

    int poll(long most_ms)
    {
        const pj_time_val most = {most_ms / 1000, most_ms % 1000};
        return pj_ioqueue_poll(queue, &most);
    }

    // False where no read has ended in ten seconds.
    bool reads(unsigned count)
    {
        for (const auto began = Clock::now(); read < count && Clock::now() - began < std::chrono::seconds(10);)
            std::this_thread::yield();
        return read >= count;
    }
};

// Known to the library, as each thread that uses it must be.
std::thread known_thread(std::function<void()> work)
{
    return std::thread([work] {
        pj_thread_desc place = {0};
        pj_thread_t *thread = NULL;
        pj_thread_register("test", place, &thread);
        work();
    });
}

} // namespace

TEST_CASE("a packet that nobody reads ends one wait for packets at most")
{
    Port port;
    port.begin_read();
    port.send(1);
    port.poll(1000);
    port.send(2);
    port.poll(100);

    const auto began = Clock::now();
    const int told = port.poll(100);

    CHECK(told == 0);
    CHECK(Clock::now() - began > std::chrono::milliseconds(90));
}

TEST_CASE("a packet that came while nobody read is there for the next read")
{
    Port port;
    port.begin_read();
    port.send(1);
    port.poll(1000);
    port.send(2);
    port.poll(100);

    port.begin_read();
    const int told = port.poll(1000);

    CHECK(told == 1);
    CHECK(port.number == 2);
}

TEST_CASE("no packet is left lying while reads begin and other threads wait for packets")
{
    const unsigned count = 2000;
    Port port;
    std::atomic<bool> over{false};
    const auto wait_for_packets = [&] {
        while (!over)
            port.poll(50);
    };
    std::thread one = known_thread(wait_for_packets), other = known_thread(wait_for_packets);

    bool all = true;
    for (unsigned packet = 1; packet <= count && all; ++packet) {
        port.send(packet);
        std::this_thread::sleep_for(std::chrono::microseconds(packet % 200));
        port.begin_read();
        all = port.reads(packet) && port.number == packet;
    }
    over = true;
    one.join();
    other.join();

    CHECK(all);
}
