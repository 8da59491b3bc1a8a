// What descriptions say of ICE (RFC 8839): what ours do, and what is read in those of far ends.
#pragma once

#include <pjmedia.h>

#include "stun_check.h"

namespace telefoon {

// What a line of a far end's description has it known by; empty where it does no checks: without ICE, lite itself, or
// where its media go to none of its candidates (`ice-mismatch`), as something in between has written.
IceCredentials checking_far_end(const pjmedia_sdp_session *description, unsigned line);

// Whether such a line was changed on its way, by which its media go to none of its candidates.
bool is_mismatched(const pjmedia_sdp_session *description, unsigned line);

// Whether a line of a far end's description speaks of ICE at all, lite or not.
bool speaks_ice(const pjmedia_sdp_session *description, unsigned line);

// Say in a description that we are lite.
void say_lite(pj_pool_t *pool, pjmedia_sdp_session *ours);

// Say in a line of it how we are known and where we are reached.
void say_candidates(pj_pool_t *pool, pjmedia_sdp_media *ours, const IceCredentials &known_by,
                    const pjmedia_sock_info &ports);

// Answer in a line that the far end's was changed on its way.
void say_mismatch(pj_pool_t *pool, pjmedia_sdp_media *ours);

} // namespace telefoon
