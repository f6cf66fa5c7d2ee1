"""Sentences that are computed from figures: changes, an area's place, what the checks found.

A sentence is worked out from the figures as they are shown, so that a reader can check it against
the table beside it. What may be said depends on the standing of the figures: no change from or to
one that is missing, suppressed, incomplete or contradicted, and none across a break in a series;
of one that is unreconciled only beside the official change; figures are ranked only if all of them
are sound. Periods and the text of remarks stay text; every other number is a `Quantity`.
"""
