"""A council's new figures: read, understood, judged, written to the seeds."""
