// JSON (RFC 8259), read member by member, without a tree of it.
#pragma once

#include <string>
#include <string_view>

namespace telefoon {

class JsonText {
public:
    explicit JsonText(const std::string &text) : at(text.data()), end(at + text.size()) {}

    // An object: each member's name is given to `member`, which reads its value and tells whether it could.
    template <class Member> bool object(Member member)
    {
        if (!taken('{'))
            return false;
        if (taken('}'))
            return true;
        std::string room;
        do {
            std::string_view name;
            if (!string(name, room) || !taken(':') || !member(name))
                return false;
        } while (taken(','));
        return taken('}');
    }

    // A string without its escapes: the text's own bytes, or where it has escapes, those of `room`.
    bool string(std::string_view &value, std::string &room);

    // A string as it stands there, with the quotes and escapes.
    bool raw_string(std::string_view &value);

    // Any value, whose content is nobody's.
    bool skip() { return skip(0); }

    // Whether nothing but white space is left.
    bool over();

private:
    bool skip(unsigned depth);
    bool skip_array(unsigned depth);
    bool skip_number();
    bool skip_digits();
    bool word(const char *text);
    bool taken(char wanted);
    void pass_space();
    bool scan_string(const char *&begin, const char *&behind, bool &escaped);

    const char *at, *end;
};

} // namespace telefoon
