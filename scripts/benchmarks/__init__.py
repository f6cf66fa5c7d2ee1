"""The facts, revisions and checks computed without the warehouse, to time it against."""
