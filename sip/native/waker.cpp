#include "waker.hpp"

#include <atomic>
#include <vector>

#include <sys/socket.h>
#include <unistd.h>

#include <pjsua-lib/pjsua.h>
#include <pjsua-lib/pjsua_internal.h>

#include "library_module.h"
#include "pcm.h"

namespace telefoon {

namespace {

// The library waits for all its sockets at once, so a byte in one more of them ends that wait.
pj_ioqueue_key_t *key = NULL;
pj_ioqueue_op_key_t reading;
char received[16];

std::mutex writer_mutex; // others may wake while the endpoint ends
int writer = -1;
std::atomic<bool> woken(false);

// A key that a far end has pressed.
struct Key {
    pjsua_call_id call;
    pjsua_dtmf_event event;
};

void (*tell_key)(pjsua_call_id, const pjsua_dtmf_event *) = NULL;
std::mutex keys_mutex;
std::vector<Key> keys; // not told yet

void receive()
{
    pj_ssize_t size = sizeof(received);
    pj_ioqueue_recv(key, &reading, received, &size, PJ_IOQUEUE_ALWAYS_ASYNC);
}

// Keys come on a thread of the media. pjsua2 would look for its call there, which the SIP thread may be destroying.
void on_key(pjsua_call_id call, const pjsua_dtmf_event *event)
{
    {
        Guard guard(keys_mutex);
        keys.push_back(Key{call, *event});
    }
    wake();
}

void tell_keys()
{
    std::vector<Key> told;
    {
        Guard guard(keys_mutex);
        told.swap(keys);
    }
    for (const Key &each : told)
        tell_key(each.call, &each.event);
}

void on_woken(pj_ioqueue_key_t *, pj_ioqueue_op_key_t *, pj_ssize_t)
{
    // Only now, when the wait has ended: whoever has found it set is served after this.
    woken = false;
    receive();
    tell_keys();
}

pj_status_t close_waker()
{
    Guard guard(writer_mutex);
    close(writer);
    writer = -1;
    return pj_ioqueue_unregister(key); // which closes the socket
}

pjsip_module made_waker()
{
    pjsip_module made = made_module("mod-telefoon-waker", PJSIP_MOD_PRIORITY_APPLICATION);
    made.unload = &close_waker;
    return made;
}

pjsip_module module = made_waker();

} // namespace

void open_waker()
{
    int pair[2];
    check(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) ? pj_get_os_error() : PJ_SUCCESS,
          "open_waker");
    pj_ioqueue_callback callback = pj_ioqueue_callback();
    callback.on_read_complete = &on_woken;
    pjsip_endpoint *endpoint = pjsua_get_pjsip_endpt();
    pj_status_t status = pj_ioqueue_register_sock(pjsua_var.pool, pjsip_endpt_get_ioqueue(endpoint), pair[0], NULL,
                                                  &callback, &key);
    if (status != PJ_SUCCESS) {
        close(pair[0]);
        close(pair[1]);
        check(status, "open_waker");
    }
    {
        Guard guard(writer_mutex);
        writer = pair[1];
        woken = false;
    }
    {
        Guard guard(keys_mutex);
        keys.clear(); // of an endpoint that has ended
    }
    pj_ioqueue_op_key_init(&reading, sizeof(reading));
    receive();
    module.id = -1; // it may have been an endpoint's that has ended
    status = pjsip_endpt_register_module(endpoint, &module);
    if (status != PJ_SUCCESS)
        close_waker();
    check(status, "open_waker");
    tell_key = pjsua_var.ua_cfg.cb.on_dtmf_event;
    pjsua_var.ua_cfg.cb.on_dtmf_event = &on_key;
}

void tell_sounded_key(int call, char key)
{
    pjsua_dtmf_event event = pjsua_dtmf_event();
    event.method = PJSUA_DTMF_METHOD_SIP_INFO;
    event.digit = (unsigned)key;
    on_key(call, &event);
}

void wake()
{
    if (woken.exchange(true))
        return;
    Guard guard(writer_mutex);
    if (writer >= 0)
        send(writer, "", 1, MSG_NOSIGNAL);
}

} // namespace telefoon
