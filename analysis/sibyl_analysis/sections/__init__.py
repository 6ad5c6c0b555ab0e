"""The parts of a report that are text and tables."""
