#pragma once

namespace telefoon {

// Whether somebody talks, by loudness alone: talk begins after some loud frames of 20 ms in a row, and is over after
// some that are not.
class Talk {
public:
    Talk(int begins_after, int over_after) : begins_after(begins_after), over_after(over_after) {}

    // The mean amplitude of another 20 ms.
    void notice(int level)
    {
        loud = level > LOUD ? loud + 1 : 0;
        quiet = loud ? 0 : quiet + 1;
        if (loud >= begins_after)
            talking = true;
        else if (quiet >= over_after)
            talking = false;
    }

    bool goes_on() const { return talking; }

private:
    static const int LOUD = 200; // some -44 dBov

    const int begins_after, over_after;
    int loud = 0, quiet = 0;
    bool talking = false;
};

} // namespace telefoon
