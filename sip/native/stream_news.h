#pragma once

#include "stream.hpp"

namespace telefoon {

// From any thread; it never waits for Python.
void tell_of_stream(const StreamTold &told);

} // namespace telefoon
