#pragma once

#include <memory>
#include <vector>

#include "leg.h"

// The far end of a leg: says one level without end, and keeps what it is sent.
class FakeStream {
public:
    explicit FakeStream(pj_int16_t level = 0, unsigned rate = telefoon::NARROWBAND, unsigned ms = 20,
                        unsigned channels = 1)
        : level(level)
    {
        pj_str_t name = pj_str((char *)"fake");
        pjmedia_port_info_init(&port.info, &name, PJMEDIA_SIG_CLASS_APP('F', 'A', 'K'), rate, channels, 16,
                               rate * ms / 1000 * channels);
        port.port_data.pdata = this;
        port.get_frame = &say;
        port.put_frame = &hear;
        leg->begin(&port, NULL);
    }

    ~FakeStream() { leg->end(); }

    // What it was sent last; 0 where it was sent nothing.
    pj_int16_t heard() const { return frames.empty() ? 0 : frames.back().front(); }

    pjmedia_port port = pjmedia_port();
    std::shared_ptr<telefoon::Leg> leg = std::make_shared<telefoon::Leg>();
    pj_int16_t level;
    unsigned asked = 0; // how often it was listened to
    std::vector<std::vector<pj_int16_t>> frames;
    std::vector<pj_uint64_t> marks;

private:
    FakeStream(const FakeStream &);
    FakeStream &operator=(const FakeStream &);

    static FakeStream &of(pjmedia_port *port) { return *static_cast<FakeStream *>(port->port_data.pdata); }

    static pj_status_t say(pjmedia_port *port, pjmedia_frame *frame)
    {
        FakeStream &self = of(port);
        ++self.asked;
        pj_int16_t *samples = (pj_int16_t *)frame->buf;
        std::fill(samples, samples + PJMEDIA_PIA_SPF(&port->info), self.level);
        frame->type = PJMEDIA_FRAME_TYPE_AUDIO;
        return PJ_SUCCESS;
    }

    static pj_status_t hear(pjmedia_port *port, pjmedia_frame *frame)
    {
        FakeStream &self = of(port);
        const pj_int16_t *samples = (const pj_int16_t *)frame->buf;
        self.frames.emplace_back(samples, samples + frame->size / sizeof *samples);
        self.marks.push_back(frame->timestamp.u64);
        return PJ_SUCCESS;
    }
};
