"""Official statistics: read as published, kept tidy, compared with."""
