"""Building on Apache Spark: a cluster of one's own, what must hold, and what becomes of the tables.

Nothing here imports pyspark at import: the modules also serve where it is not installed.
"""
