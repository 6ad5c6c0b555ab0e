"""A sweep while it runs: what is to be told of it, and how, on a terminal and in a browser."""
