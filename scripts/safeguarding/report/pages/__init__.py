"""What each page of the report says, and how it is written."""
