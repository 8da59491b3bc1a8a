#include <doctest/doctest.h>

#include "heard.h"

using telefoon::Heard;

namespace {

void add(Heard &heard, unsigned track, const std::vector<pj_int16_t> &samples)
{
    heard.add(track, samples.data(), (unsigned)samples.size());
}

std::vector<pj_int16_t> taken(Heard &heard, unsigned most = 100)
{
    const std::string bytes = heard.take(most);
    const pj_int16_t *samples = reinterpret_cast<const pj_int16_t *>(bytes.data());
    return std::vector<pj_int16_t>(samples, samples + bytes.size() / sizeof *samples);
}

} // namespace

TEST_CASE("what tracks heard is taken frame by frame with a sample of each")
{
    Heard heard(2);
    add(heard, 0, {1, 2});
    add(heard, 1, {-1, -2});

    CHECK(taken(heard) == std::vector<pj_int16_t>{1, -1, 2, -2});
    CHECK(taken(heard).empty());
}

TEST_CASE("what one track is ahead of another waits")
{
    Heard heard(2);
    add(heard, 0, {1, 2, 3});
    add(heard, 1, {-1});

    const std::vector<pj_int16_t> first = taken(heard);
    add(heard, 1, {-2, -3});

    CHECK(first == std::vector<pj_int16_t>{1, -1});
    CHECK(taken(heard) == std::vector<pj_int16_t>{2, -2, 3, -3});
}

TEST_CASE("where nobody was wired to a track there is silence")
{
    Heard heard(1);
    add(heard, 0, {5});

    heard.add(0, NULL, 2);

    CHECK(taken(heard) == std::vector<pj_int16_t>{5, 0, 0});
}

TEST_CASE("no more frames are taken at once than are wanted")
{
    Heard heard(1);
    add(heard, 0, {1, 2, 3});

    CHECK(taken(heard, 2) == std::vector<pj_int16_t>{1, 2});
    CHECK(taken(heard, 2) == std::vector<pj_int16_t>{3});
}

TEST_CASE("each sample of a long wait is taken once and in order")
{
    Heard heard(1);
    add(heard, 0, {1, 2, 3, 4, 5, 6});

    CHECK(taken(heard, 1) == std::vector<pj_int16_t>{1});
    add(heard, 0, {7});
    CHECK(taken(heard, 1) == std::vector<pj_int16_t>{2});
    CHECK(taken(heard) == std::vector<pj_int16_t>{3, 4, 5, 6, 7});
}

TEST_CASE("what was heard before the end can be taken and nothing of what came after it")
{
    Heard heard(1);
    add(heard, 0, {1});

    heard.end();
    add(heard, 0, {2});

    CHECK(taken(heard) == std::vector<pj_int16_t>{1});
}
