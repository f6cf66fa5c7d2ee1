"""From records of people to figures: read, counted by rules, and nothing of a person kept."""
