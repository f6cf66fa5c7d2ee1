"""The template that an analyst fills in."""
