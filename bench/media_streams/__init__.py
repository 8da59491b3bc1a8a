"""Programs of media streams for measurements, in C: they must cost less than what is measured."""
