"""Sound on the library's bridge: connections, players, recorders, conferences, statistics of RTP."""
