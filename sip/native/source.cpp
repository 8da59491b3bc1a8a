#include "source.h"

#include <cstdlib>

namespace telefoon {

namespace {

const unsigned IPV4_BEGINS = 12; // bytes before the 4 of an address of IPv4
const unsigned BITS = 128, HOLDERS_BITS = 64;

Source cut(const Source &whole, unsigned prefix)
{
    Source kept = whole;
    for (unsigned bit = prefix; bit < BITS; ++bit)
        kept.bits[bit / 8] &= (pj_uint8_t) ~(0x80 >> bit % 8);
    return kept;
}

} // namespace

Source::Source(const pj_sockaddr &address)
{
    pj_bzero(bits, sizeof(bits));
    if (address.addr.sa_family == pj_AF_INET6()) {
        std::memcpy(bits, &address.ipv6.sin6_addr, sizeof(bits));
        return;
    }
    bits[10] = bits[11] = 0xff;
    std::memcpy(bits + IPV4_BEGINS, &address.ipv4.sin_addr, 4);
}

Source Source::read(const std::string &text)
{
    const pj_str_t written = {(char *)text.data(), (pj_ssize_t)text.size()};
    pj_sockaddr address;
    for (int family : {pj_AF_INET(), pj_AF_INET6()}) {
        pj_bzero(&address, sizeof(address));
        address.addr.sa_family = (pj_uint16_t)family;
        if (pj_inet_pton(family, &written, pj_sockaddr_get_addr(&address)) == PJ_SUCCESS)
            return Source(address);
    }
    return Source();
}

std::string Source::text() const
{
    char written[PJ_INET6_ADDRSTRLEN + 1];
    const bool four = is_ipv4();
    const int family = four ? pj_AF_INET() : pj_AF_INET6();
    if (pj_inet_ntop(family, four ? bits + IPV4_BEGINS : bits, written, sizeof(written)) != PJ_SUCCESS)
        return "";
    return written;
}

bool Source::is_ipv4() const
{
    for (unsigned i = 0; i < 10; ++i)
        if (bits[i])
            return false;
    return bits[10] == 0xff && bits[11] == 0xff;
}

Source Source::holder() const
{
    return is_ipv4() ? *this : cut(*this, HOLDERS_BITS);
}

void Networks::use(const std::vector<std::string> &written)
{
    lengths.clear();
    for (const std::string &each : written) {
        const size_t slash = each.find('/');
        const Source begin = Source::read(each.substr(0, slash));
        unsigned prefix = BITS;
        if (slash != std::string::npos)
            prefix = (begin.is_ipv4() ? IPV4_BEGINS * 8 : 0) + (unsigned)std::atoi(each.c_str() + slash + 1);
        OfLength *of_length = NULL;
        for (OfLength &known : lengths)
            if (known.prefix == prefix)
                of_length = &known;
        if (!of_length) {
            lengths.push_back({prefix, {}});
            of_length = &lengths.back();
        }
        of_length->begin.insert(cut(begin, prefix));
    }
}

bool Networks::have(const Source &source) const
{
    for (const OfLength &each : lengths)
        if (each.begin.count(cut(source, each.prefix)))
            return true;
    return false;
}

} // namespace telefoon
