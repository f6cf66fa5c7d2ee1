"""A council's report: pages, a Word document, tables."""
