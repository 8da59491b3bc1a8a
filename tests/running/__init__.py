"""How a test run is organised: what runs side by side, what each test may cost, what the machine's pace is."""
