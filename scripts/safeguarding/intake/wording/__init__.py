"""What the words around a figure say of it."""
