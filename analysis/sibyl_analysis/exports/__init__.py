"""A sweep in the formats of other tools: a file each, with a function each."""
