"""Read files as sheets of text cells, every figure as a person sees it."""
