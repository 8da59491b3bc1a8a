// Of pjlib's texts, as sip/patches changes it.
#include <doctest/doctest.h>

#include <pj/string.h>

TEST_CASE("An empty text without an address is copied, moved and compared as any other")
{
    const pj_str_t none = pj_str_t();
    char to[] = "abc";

    CHECK(pj_memcpy(to, none.ptr, none.slen) == to);
    CHECK(pj_memmove(to, none.ptr, none.slen) == to);
    CHECK(pj_memcmp(to, none.ptr, none.slen) == 0);
    CHECK(pj_memcpy(to, "x", 1) == to);
    CHECK(pj_strcmp2(&none, "") == 0);
    CHECK(to[0] == 'x');
    CHECK(to[1] == 'b');
}
