"""Files as councils and engines leave them, to try the readers with."""
