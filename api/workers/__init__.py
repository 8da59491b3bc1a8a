"""Several nodes on one machine, as its workers: planned, put behind a SIP proxy of their own, started and watched."""
