"""The accessible statistical workbook."""
