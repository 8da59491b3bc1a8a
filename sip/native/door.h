#pragma once

#include <memory>

#include "pcm.h"

namespace telefoon {

// A port of the bridge, at its rate, before something of ours.
template <class T> struct Door {
    pjmedia_port port;
    pj_pool_t *pool;
    std::shared_ptr<T> behind;

    static T &of(pjmedia_port *port) { return *static_cast<Door *>(port->port_data.pdata)->behind; }

    static pj_status_t destroyed(pjmedia_port *port)
    {
        Door *door = static_cast<Door *>(port->port_data.pdata);
        pj_pool_t *pool = door->pool;
        door->~Door();
        pj_pool_release(pool);
        return PJ_SUCCESS;
    }
};

inline unsigned rate_of_bridge()
{
    pjsua_conf_port_info bridge;
    check(pjsua_conf_get_port_info(0, &bridge), "rate_of_bridge");
    return bridge.clock_rate;
}

template <class T> Door<T> *opened(std::shared_ptr<T> behind, unsigned rate, const char *called)
{
    pj_pool_t *pool = pjsua_pool_create("door%p", 400, 100);
    check(pool ? PJ_SUCCESS : PJ_ENOMEM, called);
    Door<T> *door = new (pj_pool_zalloc(pool, sizeof(Door<T>))) Door<T>();
    door->pool = pool;
    door->behind = behind;
    pj_str_t name = pj_str((char *)called);
    pjmedia_port_info_init(&door->port.info, &name, PJMEDIA_SIG_CLASS_APP('T', 'D', 'R'), rate, 1, 16,
                           rate / FRAMES_PER_S);
    door->port.port_data.pdata = door;
    door->port.on_destroy = &Door<T>::destroyed;
    check(pjmedia_port_init_grp_lock(&door->port, pool, NULL), called);
    return door;
}

} // namespace telefoon
