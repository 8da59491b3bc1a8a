"""Settings and the data files that operators edit: rates, prompts, trunks."""
