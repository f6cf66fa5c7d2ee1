"""A council's own folder: its figures and registers apart from the product."""
