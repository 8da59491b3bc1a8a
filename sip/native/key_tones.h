// The two tones that each key of a telephone sounds (ITU-T Q.23).
#pragma once

namespace telefoon {

const unsigned KEY_ROWS_HZ[4] = {697, 770, 852, 941};
const unsigned KEY_COLUMNS_HZ[4] = {1209, 1336, 1477, 1633};
const char KEY_SIGNS[] = "123A456B789C*0#D"; // row by row

} // namespace telefoon
