"""What a call, a conference, a queue, a recording and a number are: plain values, their states, and pure functions."""
