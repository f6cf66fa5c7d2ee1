"""Build the warehouse, put it in place, change its seeds together."""
