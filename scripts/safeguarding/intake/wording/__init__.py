"""Read the words around a figure and what they say about it."""
