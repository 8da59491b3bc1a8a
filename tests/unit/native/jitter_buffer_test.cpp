// The library's jitter buffer, with our settings and patches, as a stream has it for packets of 20 ms.
#include <doctest/doctest.h>

#include <pjmedia/jbuf.h>
#include <pjsua-lib/pjsua.h>

namespace {

const unsigned FRAME_BYTES = 160, FRAME_MS = 20, FRAMES_PER_S = 50;

class Buffer {
public:
    Buffer() : pool(pjsua_pool_create("buffer", 4000, 4000)), buffer(NULL)
    {
        pj_str_t name = pj_str((char *)"buffer");
        REQUIRE(pjmedia_jbuf_create(pool, &name, FRAME_BYTES, FRAME_MS, 25, &buffer) == PJ_SUCCESS);
        REQUIRE(pjmedia_jbuf_set_adaptive(buffer, 0, 1, 20) == PJ_SUCCESS);
    }

    ~Buffer()
    {
        pjmedia_jbuf_destroy(buffer);
        pj_pool_release(pool);
    }

    // A packet comes.
    void put()
    {
        const char frame[FRAME_BYTES] = {};
        pjmedia_jbuf_put_frame(buffer, frame, sizeof(frame), put_last++);
    }

    // 20 ms are played. False where there is no sound for them.
    bool get()
    {
        char frame[FRAME_BYTES], kind;
        pjmedia_jbuf_get_frame(buffer, frame, &kind);
        return kind == PJMEDIA_JB_NORMAL_FRAME;
    }

    unsigned waiting() const
    {
        pjmedia_jb_state state;
        pjmedia_jbuf_get_state(buffer, &state);
        return state.size;
    }

private:
    Buffer(const Buffer &);
    Buffer &operator=(const Buffer &);

    pj_pool_t *pool;
    pjmedia_jbuf *buffer;
    int put_last = 0;
};

// So many seconds of packets of which one comes with the next one now and then, each `late_every_s` seconds; how often
// there was no sound to be played.
unsigned made_up(Buffer &buffer, unsigned seconds, unsigned late_every_s)
{
    unsigned count = 0;
    for (unsigned tick = 0; tick < seconds * FRAMES_PER_S; ++tick) {
        const unsigned of_period = late_every_s ? tick % (late_every_s * FRAMES_PER_S) : 0;
        const bool late = late_every_s && of_period == FRAMES_PER_S, after_late = of_period == FRAMES_PER_S + 1;
        if (!late)
            buffer.put();
        if (after_late && late_every_s)
            buffer.put();
        count += !buffer.get();
    }
    return count;
}

} // namespace

TEST_CASE("packets that come late again and again are waited for after the first")
{
    Buffer buffer;

    CHECK(made_up(buffer, 10, 0) == 0);
    CHECK(made_up(buffer, 60, 5) == 1);
}

TEST_CASE("what one late packet made longer is made up for once packets have been in time for a while")
{
    Buffer buffer;
    made_up(buffer, 10, 0);
    CHECK(made_up(buffer, 5, 5) == 1);
    CHECK(buffer.waiting() == 1);

    CHECK(made_up(buffer, 20, 0) == 1);

    CHECK(buffer.waiting() == 0);
}
