"""What calls cost here, beside Asterisk or another revision of ours; all on loopback, bounded in time and count.

`scenarios/` ask, each in a small file; `rounds` run them and `rows` are what comes of it. Servers are in `node` and
`asterisk_server`, callers in `crowds` (SIPp) and `probes`; `statistics`, `rows` and `table` compute, and touch nothing.
"""
