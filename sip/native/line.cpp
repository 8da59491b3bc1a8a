#include "line.h"

#include <algorithm>

namespace telefoon {

namespace {

// A far end that was sent duplicates reports less than no loss, in 24 bits (RFC 3550 section 6.4.1).
const unsigned NEGATIVE_LOSS = 0x800000;

// Nobody listens where no frame was taken for so long.
const pj_uint32_t STALE_MS = 200;

// The buffer counts what it drops; it reckons means and deviations whenever it is asked for that.
const pj_uint32_t LOOKS_MS = 100;

double ms(int us)
{
    return us / 1000.0;
}

pj_uint32_t now_ms()
{
    pj_time_val now;
    pj_gettickcount(&now);
    return (pj_uint32_t)PJ_TIME_VAL_MSEC(now);
}

std::string written(const pj_sockaddr &address)
{
    char text[PJ_INET6_ADDRSTRLEN + 10];
    return pj_sockaddr_print(&address, text, sizeof(text), 3);
}

} // namespace

Figures::Figures()
    : received(0), lost(0), discarded(0), sent(0), jitter_ms(-1), mean_jitter_ms(-1), round_trip_ms(-1), buffer_ms(-1),
      far_reports(0), far_lost(0), far_jitter_ms(-1), strange(0)
{
}

void Line::begin(pjmedia_stream *made)
{
    end();
    stream = made;
    frames_dropped = buffer_dropped = 0;
    taken_at_ms = looked_at_ms = now_ms();
    pjmedia_stream_info info;
    if (pjmedia_stream_get_info(made, &info) != PJ_SUCCESS)
        return;
    ended.codec.assign(info.fmt.encoding_name.ptr, info.fmt.encoding_name.slen);
    frames_per_packet = info.param ? std::max<unsigned>(1, info.param->setting.frm_per_pkt) : 1;
    receives = info.dir & PJMEDIA_DIR_DECODING;
}

void Line::end()
{
    pjmedia_rtcp_stat stat;
    if (!stream || pjmedia_stream_get_stat(stream, &stat) != PJ_SUCCESS)
        return;
    const Figures all = figures();
    jitter_sum += ms(stat.rx.jitter.mean) * stat.rx.jitter.n;
    jitter_count += stat.rx.jitter.n;
    life_ended = life();
    ended = all;
    stream = NULL;
}

Figures Line::figures() const
{
    Figures now = ended;
    pjmedia_rtcp_stat stat;
    pjmedia_jb_state buffer;
    if (!stream || pjmedia_stream_get_stat(stream, &stat) != PJ_SUCCESS ||
        pjmedia_stream_get_stat_jbuf(stream, &buffer) != PJ_SUCCESS)
        return now;
    now.received += stat.rx.pkt;
    now.lost += stat.rx.loss;
    const unsigned dropped_since = is_stale(now_ms()) ? 0 : buffer.discard - buffer_dropped;
    now.discarded += stat.rx.discard + (frames_dropped + dropped_since) / frames_per_packet;
    now.sent += stat.tx.pkt;
    if (stat.rx.jitter.n) {
        now.jitter_ms = ms(stat.rx.jitter.last);
        now.mean_jitter_ms = (jitter_sum + ms(stat.rx.jitter.mean) * stat.rx.jitter.n) /
                             (jitter_count + stat.rx.jitter.n);
    }
    if (stat.rtt.n)
        now.round_trip_ms = ms(stat.rtt.last);
    if (buffer.avg_delay) // none where nobody has listened yet
        now.buffer_ms = buffer.avg_delay;
    if (stat.tx.update_cnt) {
        now.far_reports += stat.tx.update_cnt;
        now.far_lost += stat.tx.loss < NEGATIVE_LOSS ? stat.tx.loss : 0;
        now.far_jitter_ms = ms(stat.tx.jitter.last);
    }
    note_strangers(&now);
    return now;
}

void Line::note_strangers(Figures *now) const
{
    const pjmedia_stream_common &common = *(const pjmedia_stream_common *)stream;
    if (!common.strange_cnt)
        return;
    now->strange += common.strange_cnt;
    if (now->first_stranger.empty())
        now->first_stranger = written(common.first_stranger);
}

unsigned Line::strange() const
{
    return ended.strange + (stream ? ((const pjmedia_stream_common *)stream)->strange_cnt : 0);
}

unsigned Line::life() const
{
    if (!stream)
        return life_ended;
    const pjmedia_rtcp_session &session = ((const pjmedia_stream_common *)stream)->rtcp;
    // A report of a sender that hears nothing is known by its time alone; that it changes is what counts.
    return life_ended + session.stat.rx.pkt + session.stat.tx.update_cnt + session.rx_lsr;
}

void Line::before_taking()
{
    const pj_uint32_t at_ms = now_ms();
    const bool stale = is_stale(at_ms);
    taken_at_ms = at_ms;
    if (stale || at_ms - looked_at_ms >= LOOKS_MS) {
        looked_at_ms = at_ms;
        look_at_buffer(stale);
    }
    // It resets the jitter buffer. Pausing meanwhile would be the library's way, but it then loses digits as well.
    if (stale && receives)
        pjmedia_stream_resume(stream, PJMEDIA_DIR_DECODING);
}

bool Line::is_stale(pj_uint32_t at_ms) const
{
    return at_ms - taken_at_ms > STALE_MS;
}

void Line::look_at_buffer(bool stale)
{
    pjmedia_jb_state buffer;
    if (pjmedia_stream_get_stat_jbuf(stream, &buffer) != PJ_SUCCESS)
        return;
    // What ran over while nobody listened is no fault of the line.
    if (!stale)
        frames_dropped += buffer.discard - buffer_dropped;
    buffer_dropped = buffer.discard;
}

} // namespace telefoon
