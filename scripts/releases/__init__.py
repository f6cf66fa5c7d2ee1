"""Read a council's new figures, judge them, and put them into the seeds or take them out again."""
