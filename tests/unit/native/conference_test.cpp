// Of pjmedia's bridge, as sip/patches changes it.
#include <doctest/doctest.h>

#include <vector>

#include <pjmedia/conference.h>
#include <pjmedia/null_port.h>
#include <pjsua-lib/pjsua.h>
#include <pjsua-lib/pjsua_internal.h>

namespace {

const unsigned SAMPLES = 160;

// A bridge of null ports, whose clock is turned by hand.
struct Bridge {
    pj_pool_t *pool = pjsua_pool_create("bridge", 1000, 1000);
    pjmedia_conf *conf = NULL;

    Bridge() { pjmedia_conf_create(pool, 64, 8000, 1, SAMPLES, 16, PJMEDIA_CONF_NO_DEVICE, &conf); }

    ~Bridge()
    {
        pjmedia_conf_destroy(conf);
        pj_pool_release(pool);
    }

    unsigned add_port()
    {
        pjmedia_port *port = NULL;
        unsigned slot = 0;
        pjmedia_null_port_create(pool, 8000, 1, SAMPLES, 16, &port);
        pjmedia_conf_add_port(conf, pool, port, NULL, &slot);
        return slot;
    }

    // What was asked of the bridge is done at its next frame.
    void tick()
    {
        pj_int16_t samples[SAMPLES];
        pjmedia_frame frame = pjmedia_frame();
        frame.buf = samples;
        frame.size = sizeof samples;
        pjmedia_port_get_frame(pjmedia_conf_get_master_port(conf), &frame);
    }

    std::vector<unsigned> listeners(unsigned slot)
    {
        pjmedia_conf_port_info info;
        pjmedia_conf_get_port_info(conf, slot, &info);
        return std::vector<unsigned>(info.listener_slots, info.listener_slots + info.listener_cnt);
    }
};

} // namespace

TEST_CASE("a port has as many listeners as connect to it")
{
    Bridge bridge;
    const unsigned source = bridge.add_port();
    std::vector<unsigned> sinks;

    for (unsigned number = 0; number < 20; ++number) {
        sinks.push_back(bridge.add_port());
        pjmedia_conf_connect_port(bridge.conf, source, sinks.back(), 0);
        bridge.tick();
    }

    CHECK(bridge.listeners(source) == sinks);
}

TEST_CASE("a listener that leaves is not heard of, and another takes its place")
{
    Bridge bridge;
    const unsigned source = bridge.add_port();
    std::vector<unsigned> sinks;
    for (unsigned number = 0; number < 8; ++number) {
        sinks.push_back(bridge.add_port());
        pjmedia_conf_connect_port(bridge.conf, source, sinks.back(), 0);
    }
    bridge.tick();

    pjmedia_conf_disconnect_port(bridge.conf, source, sinks[2]);
    bridge.tick();
    const unsigned later = bridge.add_port();
    pjmedia_conf_connect_port(bridge.conf, source, later, 0);
    bridge.tick();

    sinks.erase(sinks.begin() + 2);
    sinks.push_back(later);
    CHECK(bridge.listeners(source) == sinks);
}
