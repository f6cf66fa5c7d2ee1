"""The report pack: an authority's safeguarding figures as pages and as a Word document."""
