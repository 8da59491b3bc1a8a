"""The messages of RFC 4475 and RFC 5118, which are hard to read right, and what is right to do with each."""
