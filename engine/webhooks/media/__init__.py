"""Sound files of customers' servers: fetched once, kept for as long as they say."""
