"""From printed figures to a tested database, and what is published of it."""
