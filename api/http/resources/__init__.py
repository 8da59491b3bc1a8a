"""One file a resource; each has a table from operationId to what answers it."""
