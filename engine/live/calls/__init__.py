"""Every call of a node: found, given a flow, changed by the REST interface."""
