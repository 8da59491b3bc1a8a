"""Tools for asyncio: named tasks, waits, a writer that keeps order, and threads for what blocks."""
