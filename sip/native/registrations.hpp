// Registrations that another node takes over.
#pragma once

namespace telefoon {

// Renew the registration of an account no more, by the library's number of it, and do not take it back. On the SIP
// thread.
void forget_registration(int account);

} // namespace telefoon
