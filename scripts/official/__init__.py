"""Official statistics: DfE's files as published, read into the project's own tidy shape."""
