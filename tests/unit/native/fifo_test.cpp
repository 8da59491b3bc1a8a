#include <doctest/doctest.h>

#include "fifo.h"

using telefoon::Fifo;

namespace {

void write(Fifo &fifo, const std::vector<pj_int16_t> &samples)
{
    std::copy(samples.begin(), samples.end(), fifo.room_for((unsigned)samples.size()));
    fifo.added((unsigned)samples.size());
}

std::vector<pj_int16_t> read(Fifo &fifo, unsigned count)
{
    std::vector<pj_int16_t> taken(count, -1);
    fifo.take(taken.data(), count);
    return taken;
}

} // namespace

TEST_CASE("a fifo gives samples in the order in which they came")
{
    Fifo fifo;
    fifo.fit(8);
    write(fifo, {1, 2, 3});
    write(fifo, {4, 5});

    const std::vector<pj_int16_t> first = read(fifo, 2), second = read(fifo, 3);

    CHECK(first == std::vector<pj_int16_t>{1, 2});
    CHECK(second == std::vector<pj_int16_t>{3, 4, 5});
    CHECK(fifo.size() == 0);
}

TEST_CASE("what is wanted beyond what waits in a fifo is silence")
{
    Fifo fifo;
    fifo.fit(4);
    write(fifo, {7});

    CHECK(read(fifo, 3) == std::vector<pj_int16_t>{7, 0, 0});
}

TEST_CASE("a full fifo drops its oldest samples")
{
    Fifo fifo;
    fifo.fit(4);
    write(fifo, {1, 2, 3});

    write(fifo, {4, 5});

    CHECK(read(fifo, 4) == std::vector<pj_int16_t>{2, 3, 4, 5});
}

TEST_CASE("a fifo drops no more than waits in it")
{
    Fifo fifo;
    fifo.fit(4);
    write(fifo, {1, 2});

    fifo.drop(3);

    CHECK(fifo.size() == 0);
}

TEST_CASE("a fifo that is fitted anew is empty")
{
    Fifo fifo;
    fifo.fit(4);
    write(fifo, {1, 2});

    fifo.fit(2);

    CHECK(fifo.size() == 0);
}
