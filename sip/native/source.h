// Where a message comes from: an address without its port, of either IP version, and networks of them.
#pragma once

#include <cstring>
#include <string>
#include <unordered_set>
#include <vector>

#include <pjlib.h>

namespace telefoon {

// The 128 bits of an address; one of IPv4 is written as IPv6 has it (RFC 4291 section 2.5.5.2), on whichever socket it
// came.
struct Source {
    pj_uint8_t bits[16];

    Source() { pj_bzero(bits, sizeof(bits)); }
    explicit Source(const pj_sockaddr &address);

    // Reads an address as text; it has no bits set where there is none.
    static Source read(const std::string &text);

    std::string text() const;
    bool is_ipv4() const;

    // What limits hold for: an address of IPv4, and of IPv6 the /64 that whoever has one has whole.
    Source holder() const;

    bool operator==(const Source &other) const { return !std::memcmp(bits, other.bits, sizeof(bits)); }
};

struct SourceHash {
    size_t operator()(const Source &source) const { return pj_hash_calc(0, source.bits, sizeof(source.bits)); }
};

// Addresses and networks; to look one up takes as long as there are different lengths of prefix.
class Networks {
public:
    // Takes "192.0.2.0/24" and "2001:db8::/32"; an address alone is a network of one.
    void use(const std::vector<std::string> &written);
    bool have(const Source &source) const;

private:
    struct OfLength {
        unsigned prefix;
        std::unordered_set<Source, SourceHash> begin;
    };
    std::vector<OfLength> lengths;
};

} // namespace telefoon
