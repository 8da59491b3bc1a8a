"""One call as it lives: its leg, its keys, its consent, who runs its flow, and its way to the database."""
