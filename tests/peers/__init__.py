"""Real far ends: a carrier, a phone network, a customer's web server, the product as a process."""
