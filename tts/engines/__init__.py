"""Speech engines. Only the worker process imports these modules: they may hang or crash."""
