"""A call of the library that knows whether the library has it still."""

import pjsua2 as pj


class OwnCall(pj.Call):
    """A call that is known to the library by a number, which goes to another call once this one has ended.

    Whatever is asked of it is asked by that number. Everything here runs on the SIP thread.
    """

    @property
    def has_its_call(self) -> bool:
        """Whether its number is its own, and the library has told no end; within the callback that does, no more."""
        if self.getId() == pj.PJSUA_INVALID_ID or pj.Call.lookup(self.getId()) is not self:
            return False
        return bool(self.isActive()) or self._is_being_set_up()

    def _is_being_set_up(self) -> bool:
        try:
            self.getInfo()
        except pj.Error:
            return False
        return True
