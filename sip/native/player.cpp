#include "player.hpp"

#include <mutex>

#include <pjsua-lib/pjsua.h>

#include "door.h"
#include "waker.hpp"

namespace telefoon {

namespace {

std::mutex over_mutex;
pj::IntVector over;

// On the media clock's thread, with each frame that is asked for after the end. The library's other way, an event, is
// lost where more than 16 files end in one frame, and who waits for that end waits for ever.
pj_status_t tell_end(pjmedia_port *, void *number)
{
    std::lock_guard<std::mutex> guard(over_mutex);
    if (over.empty() || over.back() != (int)(size_t)number) {
        over.push_back((int)(size_t)number);
        wake();
    }
    return PJ_EEOF;
}

} // namespace

Player::Player(const std::string &file, bool loop, int number) : player(PJSUA_INVALID_ID)
{
    pj_str_t name = pj_str((char *)file.c_str());
    check(pjsua_player_create(&name, loop ? 0 : PJMEDIA_FILE_NO_LOOP, &player), "Player");
    pjmedia_port *port = NULL;
    pj_status_t status = pjsua_player_get_port(player, &port);
    if (status == PJ_SUCCESS && !loop)
        status = pjmedia_wav_player_set_eof_cb(port, (void *)(size_t)number, &tell_end);
    if (status != PJ_SUCCESS)
        pjsua_player_destroy(player);
    check(status, "Player");
    id = pjsua_player_get_conf_port(player);
    registerMediaPort(NULL);
}

Player::~Player()
{
    try {
        unregisterMediaPort();
    } catch (pj::Error &) {
        // The endpoint has gone first, and has taken its ports with it.
    }
    pjsua_player_destroy(player);
}

pj::IntVector players_ended()
{
    std::lock_guard<std::mutex> guard(over_mutex);
    pj::IntVector found;
    found.swap(over);
    return found;
}

} // namespace telefoon
