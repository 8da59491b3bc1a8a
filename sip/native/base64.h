// Base64 as RFC 4648 section 4 has it: with its padding, without line breaks.
#pragma once

#include <string>

#include <pjlib.h>

namespace telefoon {

void add_base64(std::string &to, const void *bytes, size_t count);

// False, and `to` is of no use, where the text is anything else: white space, another alphabet, no padding.
bool read_base64(const char *text, size_t length, std::string &to);

} // namespace telefoon
