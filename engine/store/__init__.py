"""What is kept: accounts, secrets, numbers, calls, callbacks, webhooks, conferences, queues, recordings; each apart."""
