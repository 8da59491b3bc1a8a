"""The trunk to a carrier: its account, its routing, whether it answers."""
