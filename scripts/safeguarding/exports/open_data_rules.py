"""What DfE's open data standard asks for by name: columns, metadata and symbols.

The standard: https://dfe-analytical-services.github.io/analysts-guide, "Open data standards".
"""

from __future__ import annotations

from pathlib import Path

MANDATORY = {
    "time_period": "Year: six digits for a year that spans two, 202223 for 2022-23.",
    "time_identifier": "Which kind of year, or which quarter of it, `time_period` is.",
    "geographic_level": "Kind of place that the row is about.",
    "country_code": "ONS code of the country.",
    "country_name": "Name of the country.",
    "region_code": "ONS code of the region.",
    "region_name": "Name of the region.",
    "old_la_code": "DfE's three-digit code of the local authority.",
    "new_la_code": "ONS nine-character (GSS) code of the local authority.",
    "la_name": "Name of the local authority.",
}
META = {
    "col_name": "Column of the data file that the row is about.",
    "col_type": "`Filter` (a breakdown) or `Indicator` (a figure).",
    "label": "The column's name as people read it.",
    "indicator_grouping": "Heading that indicators are listed under.",
    "indicator_unit": "Unit of an indicator; empty for a plain number.",
    "indicator_dp": "Decimal places to show.",
    "filter_hint": "What the filter lets one choose.",
    "filter_grouping_column": "Column that groups the filter's items.",
}
OPTIONAL_META = {"filter_default": "Item of a filter that is chosen at first."}

# Indicators of DfE's data dictionary that stand for a measure in a unit. Its filters `cla_group`
# and `placement` divide what no file here divides: a filter of one item is a fault.
DICTIONARY = {
    ("cla_at_year_end", "count"): "children_count",
    ("referrals", "count"): "referral_count",
    ("re_referrals", "count"): "rereferral_count",
    ("re_referrals", "percent"): "rereferral_percent",
}

TOTAL = "Total"
SYMBOLS = {
    "c": "confidential, suppressed",
    "low": "rounds to zero but is not zero",
    "u": "of low reliability",
    "x": "not available",
    "z": "not applicable",
}


def meta_file_of(data_file: Path) -> Path:
    """Where the metadata of a data file stands: `figures.meta.csv` of `figures.csv`."""
    return data_file.with_suffix(".meta.csv")
