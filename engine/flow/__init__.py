"""Call flows: the document model, its two spellings, the verbs and the interpreter."""
