"""Media streams as Python sees them: the frames themselves are sip/native's."""
