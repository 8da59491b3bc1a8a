// How a dialog is named by others (RFC 3891 section 3).
#pragma once

#include <pjsua2.hpp>

namespace telefoon {

// All are empty where there is no such dialog; the far end's tag also while it has not answered.
struct NameOfDialog {
    std::string callId;
    std::string ourTag;
    std::string theirTag;
};

// The name of the dialog of a call, by the library's number of it. On the SIP thread.
NameOfDialog name_of_dialog(int call);

} // namespace telefoon
