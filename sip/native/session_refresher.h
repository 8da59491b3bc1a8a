// Who refreshes the session of a call that comes in.
#pragma once

#include <pjsip.h>

namespace telefoon {

// Have the library read an INVITE that leaves it to us who refreshes as if it had named whom the account's terms do; on
// the SIP thread.
void settle_refresher(pjsip_rx_data *invite, int account);

} // namespace telefoon
