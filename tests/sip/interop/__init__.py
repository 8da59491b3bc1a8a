"""Every kind of call with every kind of far end: all pairs of what may differ, or the whole (`make interop`)."""
