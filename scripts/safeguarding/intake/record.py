"""Complete and check a release's own record, from the file and the command line."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping

from safeguarding.intake.new_figures import Asks, Place, Problem, Question, Row
from safeguarding.intake.wording.periods import FINANCIAL_YEAR, period_label, period_type
from safeguarding.intake.wording.vocabulary import nearest

COLUMNS = (
    "release_id",
    "title",
    "publisher",
    "published_date",
    "financial_year",
    "licence",
    "source_url",
    "is_published",
)
# Those counted from records begin with the code: E10000014-records-2021-22-2022-06-30.
_RELEASE_ID = re.compile(
    r"[a-z0-9]+(-[a-z0-9]+)*|E[0-9]{8}-records-[0-9]{4}-[0-9]{2}-[0-9]{4}(-[0-9]{2}){2}"
)
_AUTHORITY = re.compile(r"E(06|08|09|10)[0-9]{6}")
# Areas whose codes are mistaken for those of a council with children's services.
_OTHER_AREAS = {
    "E07": "That is a district: its county council runs children's services.",
    "E12": "That is a region.",
    "E13": "That is a part of London.",
    "E92": "That is England.",
    "W": "That is in Wales.",
    "S": "That is in Scotland.",
    "N": "That is in Northern Ireland.",
}
# A report may be loaded before its publication, which is a matter of months.
_MOST_DAYS_AHEAD = 366
_ANY_CODE = re.compile(r"[A-Z][0-9]{8}")
_LONGEST_ID = 80
# Windows reserves these names for devices: no file, such as an export, can have them.
_DEVICES = re.compile(r"con|prn|aux|nul|(com|lpt)[0-9]")
_NEEDED = {
    "release_id": ("a short name of the release, such as anytown-asr-2023-24", "--release"),
    "local_authority_code": ("the council's ONS code, such as E10000014", "--authority"),
    "title": ("the title of the publication", "--title"),
    "published_date": ("the date of publication, such as 2024-12-10", "--published-date"),
    "financial_year": ("the financial year that it covers, such as 2023-24", "--financial-year"),
}
_PUBLISHED = "whether it has been published: yes, or no while it is a draft"
_AUTHORITY_COLUMNS = {
    "local_authority_name": "--authority-name",
    "region_code": "--region-code",
    "dfe_la_code": "--dfe-code",
}


NEW_COUNCIL = {
    "local_authority_name": "the name of the council, if it is new here",
    "region_code": "the ONS code of its region, such as E12000008",
    "dfe_la_code": "DfE's three-digit number for it",
}


def complete(
    given: Mapping[str, str],
    known: Mapping[str, Row],
    authorities: Mapping[str, Row],
    releases: list[Row],
    new_council: Mapping[str, str],
) -> Row:
    """Return the record with everything that can be filled in without asking.

    Args:
        given: Fields from the file and the command line.
        known: Fields of the release if it is loaded already, by `release_id`.
        authorities: Rows of `local_authorities`, by code.
        releases: Rows of `releases`.
        new_council: Columns of `local_authorities` given for a council that it lacks.

    Returns:
        All fields of COLUMNS and `local_authority_code`; blank where not stated.
    """
    record = {key: value for key, value in given.items() if value}
    record = dict(known.get(record.get("release_id", ""), {})) | record
    authority = authorities.get(record.get("local_authority_code", ""), new_council)
    year = period_label(record.get("financial_year", ""))
    defaults = {
        "publisher": authority.get("local_authority_name", ""),
        "licence": _licence_of(record, releases),
        # Until someone says that it is published, disclosure control applies.
        "is_published": "false",
    }
    record = defaults | record | ({"financial_year": year} if year else {})
    return dict.fromkeys((*COLUMNS, "local_authority_code"), "") | record


def _licence_of(record: Row, releases: list[Row]) -> str:
    of_publisher = [
        row["licence"] for row in releases if row["publisher"] == record.get("publisher")
    ]
    return of_publisher[-1] if of_publisher else "Not stated"


def problems(
    record: Row,
    place: Place,
    authorities: Mapping[str, Row],
    *,
    is_published_said: bool = True,
    places: Mapping[str, Place] | None = None,
) -> Iterator[Problem]:
    """Report what is missing or wrong in the record.

    Args:
        record: The record.
        place: Where it stands.
        authorities: Rows of `local_authorities`, by code.
        is_published_said: Whether anybody said if it is published, so that it need not be asked.
        places: Where fields stand that stand elsewhere, by their names.
    """

    def at(name: str) -> Place:
        return (places or {}).get(name, place)

    also = [] if is_published_said else [_asked(place, "is_published", _PUBLISHED)]
    for name, (expected, option) in _NEEDED.items():
        if not record[name]:
            advice = f"Write it in the sheet or file `releases`, or give {option}."
            asked = (_asked(place, name, expected), *also)
            yield Problem(place, f"no {name}", expected, advice, questions=asked)
    release_id, authority = record["release_id"], record["local_authority_code"]
    if release_id and (expected := wrong_with_name(release_id)):
        yield Problem(
            at("release_id"), f"the release_id '{release_id[: _LONGEST_ID + 1]}'", expected
        )
    if authority and authority not in authorities:
        yield _unknown_authority(authority, at("local_authority_code"), authorities)
    year = record["financial_year"]
    if year and not _is_year(year):
        place_of_year = at("financial_year")
        yield Problem(place_of_year, f"the financial_year '{year}'", _NEEDED["financial_year"][0])
    yield from _date_problems(record, at("published_date"))
    if record["is_published"] not in ("true", "false"):
        yield Problem(place, f"is_published '{record['is_published']}'", "yes or no")
    url = record["source_url"]
    if url and not re.match(r"https?://[^\s]+$", url):
        yield Problem(
            at("source_url"), f"the source_url '{url}'", "an address that begins with https://"
        )


def _asked(place: Place, name: str, expected: str, asks: Asks = Asks.RELEASE) -> Question:
    return Question(place, "", name, (), asks, expected=expected)


def _is_year(text: str) -> bool:
    return period_label(text) == text and period_type(text) == FINANCIAL_YEAR


def wrong_with_name(release_id: str) -> str:
    """Describe what a release's name should be; empty if it is valid."""
    if not _RELEASE_ID.fullmatch(release_id):
        return (
            "lower-case letters and digits with single hyphens between, such as anytown-asr-2023-24"
        )
    if len(release_id) > _LONGEST_ID:
        return f"at most {_LONGEST_ID} characters"
    if _DEVICES.fullmatch(release_id):
        return "a name that Windows does not reserve for a device, such as anytown-asr-2023-24"
    return ""


def _unknown_authority(code: str, place: Place, authorities: Mapping[str, Row]) -> Problem:
    asked: tuple[Question, ...] = ()
    if len(_ANY_CODE.findall(code)) > 1:
        found = f"{len(_ANY_CODE.findall(code))} codes, '{code}', as the local_authority_code"
        advice = "Give each council's figures their own file and release_id."
        return Problem(place, found, "the ONS code of one council", advice)
    if _AUTHORITY.fullmatch(code):
        options = " ".join(f"{option} ..." for option in _AUTHORITY_COLUMNS.values())
        advice = f"If it is a new council, give {options} with the code."
        asked = tuple(_asked(place, name, said, Asks.COUNCIL) for name, said in NEW_COUNCIL.items())
    else:
        by_name = {row["local_authority_name"]: key for key, row in authorities.items()}
        advice = f"The code of {code} is {by_name[code]}." if code in by_name else ""
        if re.fullmatch(r"[ENSW][0-9]{8}", code):
            areas = (said for start, said in _OTHER_AREAS.items() if code.startswith(start))
            advice = next(areas, "")
        advice = advice or nearest(code, [*authorities, *by_name])
    found = f"the local_authority_code '{code}'"
    return Problem(place, found, "the ONS code of a council", advice, questions=asked)


def _date_problems(record: Row, place: Place) -> Iterator[Problem]:
    text = record["published_date"]
    if not text:
        return
    try:
        date = datetime.date.fromisoformat(text)
    except ValueError:
        expected = "a date as year-month-day, such as 2024-12-10"
        yield Problem(place, f"the published_date '{text}'", expected)
        return
    year = record["financial_year"]
    if _is_year(year) and date < datetime.date(int(year[:4]), 4, 1):
        yield Problem(
            place,
            f"the published_date {text} for the financial_year {year}",
            "a date after the start of that year",
            "Correct one of the two.",
        )
    # Only new figures are compared with today: a build gives the same result on any day.
    today = datetime.datetime.now(tz=datetime.UTC).date()
    if date > today and record["is_published"] == "true":
        advice = "Set is_published to no until then, so that disclosure control applies."
        yield Problem(
            place,
            f"the published_date {text} for a published release",
            "a date in the past",
            advice,
        )
    elif (date - today).days > _MOST_DAYS_AHEAD:
        yield Problem(
            place, f"the published_date {text}", f"a date within a year of today, {today}"
        )


def new_authority(
    code: str, given: Mapping[str, str], authorities: Mapping[str, Row], place: Place
) -> tuple[Row | None, list[Problem]]:
    """Return the row of `local_authorities` for a council that the warehouse does not know yet.

    Args:
        code: Its ONS code.
        given: What the user said of it: `local_authority_name`, `region_code`, `dfe_la_code`.
        authorities: Rows of `local_authorities`, by code.
        place: Where problems are reported.

    Returns:
        The row, or None with the problems.
    """
    regions = {row["region_code"]: row["region_name"] for row in authorities.values()}
    found = [
        Problem(
            place,
            f"no {column} for the new council {code}",
            f"one, given with {option}",
            questions=(_asked(place, column, NEW_COUNCIL[column], Asks.COUNCIL),),
        )
        for column, option in _AUTHORITY_COLUMNS.items()
        if not given.get(column)
    ]
    if not _AUTHORITY.fullmatch(code):
        expected = "an ONS code of a council: E06, E08, E09 or E10 and six digits"
        found.append(Problem(place, f"the local_authority_code '{code}'", expected))
    region = given.get("region_code", "")
    if region and region not in regions:
        found.append(
            Problem(place, f"the region_code '{region}'", f"one of {', '.join(sorted(regions))}")
        )
    names = {row["local_authority_name"] for row in authorities.values()}
    if given.get("local_authority_name") in names:
        found.append(
            Problem(
                place,
                f"the name '{given['local_authority_name']}'",
                "a name that no other council has",
            )
        )
    if found:
        return None, found
    row = {"local_authority_code": code, **given, "region_name": regions[region]}
    return row, []
