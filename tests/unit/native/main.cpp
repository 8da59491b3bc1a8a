// The program of all tests here: the library is up while they run, as it is in a node, but without a call.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <pjsua-lib/pjsua.h>

int main(int count, char **words)
{
    pj_log_set_level(0);
    if (pjsua_create() != PJ_SUCCESS)
        return 1;
    const int failed = doctest::Context(count, words).run();
    pjsua_destroy2(PJSUA_DESTROY_NO_NETWORK); // else it waits a second for far ends that there are not
    return failed;
}
