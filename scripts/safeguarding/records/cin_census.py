"""Read children in need censuses: DfE's XML, one file a year, streamed child by child."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

from lxml import etree

from safeguarding.financial_years import financial_year
from safeguarding.records.canonical import Read, Store
from safeguarding.records.request import RecordsError, Request, not_opened, problem
from safeguarding.records.row_files import RowFiles

FIRST_YEAR, LAST_YEAR = 2018, 2026  # of the reference days whose layout was read
PROLOG = 1_000_000
ENCODING_FAULTS = (
    etree.ErrorTypes.ERR_INVALID_ENCODING,
    etree.ErrorTypes.ERR_UNSUPPORTED_ENCODING,
    etree.ErrorTypes.ERR_UNKNOWN_ENCODING,
)
_DOCTYPE = re.compile(
    rb"<\x00?!\x00?D\x00?O\x00?C\x00?T\x00?Y\x00?P\x00?E|<\x00?!\x00?E\x00?N\x00?T"
)
_YEAR_MONTH_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")

REFERRALS = (
    "cine_referral_id", "cine_person_id", "cine_referral_date", "cine_referral_source_code",
    "cine_referral_nfa", "cine_close_date", "is_of_earlier_year",
)  # fmt: skip
COLUMNS = {
    "ssd_person": ("pers_person_id", "pers_dob"),
    "ssd_cin_episodes": REFERRALS,
    "ssd_cin_assessments": (
        "cina_assessment_id", "cina_person_id", "cina_referral_id",
        "cina_assessment_start_date", "cina_assessment_auth_date",
    ),
    "ssd_s47_enquiry": ("s47e_s47_enquiry_id", "s47e_person_id", "s47e_s47_start_date"),
    "ssd_initial_cp_conference": (
        "icpc_icpc_id", "icpc_person_id", "icpc_s47_enquiry_id", "icpc_icpc_date",
        "icpc_icpc_transfer_in",
    ),
    "ssd_cp_plans": (
        "cppl_cp_plan_id", "cppl_person_id", "cppl_cp_plan_start_date", "cppl_cp_plan_end_date",
        "cppl_cp_plan_initial_category", "cppl_cp_plan_ola", "cppl_number_of_previous_plans",
    ),
}  # fmt: skip
# Elements of a child that the layouts of these years have, read or not.
KNOWN = {
    "Child", "ChildIdentifiers", "LAchildID", "UPN", "FormerUPN", "UPNunknown", "PersonBirthDate",
    "ExpectedPersonBirthDate", "GenderCurrent", "Sex", "PersonDeathDate", "ChildCharacteristics",
    "Ethnicity", "Disabilities", "Disability", "CINdetails", "CINreferralDate", "ReferralSource",
    "PrimaryNeedCode", "CINclosureDate", "ReasonForClosure", "DateOfInitialCPC", "ReferralNFA",
    "Assessments", "AssessmentActualStartDate", "AssessmentInternalReviewDate",
    "AssessmentAuthorisationDate", "FactorsIdentifiedAtAssessment", "AssessmentFactors",
    "CINPlanDates", "CINPlanStartDate", "CINPlanEndDate", "Section47", "S47ActualStartDate",
    "InitialCPCtarget", "ICPCnotRequired", "ChildProtectionPlans", "CPPstartDate", "CPPendDate",
    "InitialCategoryOfAbuse", "LatestCategoryOfAbuse", "NumberOfPreviousCPP", "Reviews",
    "CPPreviewDate",
}  # fmt: skip


Texts = dict[str, str]
Case = tuple[Texts, list[tuple[str, Texts]]]  # a case's own texts, and those of its groups by name


@dataclass(frozen=True)
class Census:
    """A file of a census.

    Attributes:
        path: The file.
        year: The year that its reference day, 31 March, lies in.
        dfe_code: DfE's code of the council, as the file says.
    """

    path: Path
    year: int
    dfe_code: str


def read_censuses(paths: list[Path], request: Request, dfe_code: str, store: Store) -> Read:
    """Read the census of the year, and of those of earlier years the days of referrals.

    Args:
        paths: XML files.
        request: What is asked for.
        dfe_code: DfE's code of the council.
        store: Where the tables go.

    Raises:
        RecordsError: A file is not whole, or of another year, council or kind.
    """
    if not paths:
        expected = "the children in need census of the year (.xml)"
        raise RecordsError([problem(str(request.folder), "no .xml file", expected)])
    censuses, problems = [], []
    for path in paths:
        try:
            censuses.append(_census(path, dfe_code))
        except RecordsError as error:
            problems += error.problems
    if problems or (problems := list(_unfit(censuses, request))):
        raise RecordsError(problems)
    read = Read("cin-census")
    if later := sorted(c.path.name for c in censuses if c.year > request.end.year):
        read.notes.append(
            f"Censuses of years after {request.period}, not read: {', '.join(later)}."
        )
    censuses = [census for census in censuses if census.year <= request.end.year]
    unknown: Counter[str] = Counter()
    for census in censuses:
        children = _Children(census, store, unknown, is_earlier=census.year < request.end.year)
        read.tables = children.read()
    read.history_start = date(_first_year(censuses, request.end.year) - 1, 4, 1).isoformat()
    if unknown:
        named = ", ".join(f"{name} ({number:,})" for name, number in sorted(unknown.items()))
        read.notes.append(f"Elements that no layout of the census has here, not read: {named}.")
    return read


def _census(path: Path, dfe_code: str) -> Census:
    """Read what a file says of itself, before its children."""
    try:
        with path.open("rb") as file:
            head = file.read(PROLOG)
    except OSError as error:
        raise not_opened(path, error) from error
    if not head.strip():
        raise RecordsError([problem(path.name, "an empty file", "a children in need census")])
    if _DOCTYPE.search(head):
        raise RecordsError([_with_entities(path)])
    said: dict[str, str] = {}
    for element in _elements(path, ("Header", "Child")):
        if _name(element) == "Header":
            said = {_name(one): (one.text or "").strip() for one in element.iter()}
        break
    collection = said.get("Collection", "")
    if collection.upper() != "CIN":
        found = f"the collection '{collection[:20]}'" if collection else "no Header of a census"
        advice = "Give the file that was sent to DfE's COLLECT as the children in need census."
        raise RecordsError([problem(path.name, found, "the collection CIN", advice)])
    day = _YEAR_MONTH_DAY.fullmatch(said.get("ReferenceDate", ""))
    if not day or day.groups()[1:] != ("03", "31"):
        found = f"the ReferenceDate '{said.get('ReferenceDate', '')[:20]}'"
        raise RecordsError([problem(path.name, found, "31 March of a year, such as 2022-03-31")])
    year = int(day[1])
    if said.get("Year", str(year)) != str(year):
        found = f"the Year '{said['Year'][:20]}' beside the ReferenceDate {day[0]}"
        raise RecordsError([problem(path.name, found, "the same year", "Correct the Header.")])
    if not FIRST_YEAR <= year <= LAST_YEAR:
        expected = f"one from {FIRST_YEAR} to {LAST_YEAR}, whose layouts are known"
        raise RecordsError([problem(path.name, f"a census of {year}", expected)])
    code = said.get("LEA", "")
    if code and dfe_code and code != dfe_code:
        advice = "It is another council's file: give your own, or the other --authority."
        found = f"the council {code[:10]} (LEA)"
        raise RecordsError([problem(path.name, found, f"{dfe_code}, as --authority", advice)])
    return Census(path, year, code)


def _unfit(censuses: list[Census], request: Request) -> Iterator[str]:
    years = Counter(census.year for census in censuses)
    for year, number in years.items():
        if number > 1:
            names = " and ".join(c.path.name for c in censuses if c.year == year)
            advice = "Leave one: children would be counted twice."
            yield problem(names, f"{number} censuses of {financial_year(year - 1)}", "one", advice)
    if request.end.year not in years:
        names = ", ".join(census.path.name for census in censuses)
        found = "the census of " + ", ".join(financial_year(year - 1) for year in sorted(years))
        yield problem(names, found, f"that of {request.period}", "Put it into the folder.")


def _first_year(censuses: list[Census], last: int) -> int:
    """The first of the years that follow each other up to the last."""
    years = {census.year for census in censuses}
    first = last
    while first - 1 in years:
        first -= 1
    return first


class _Children:
    """The children of a census, put into the tables; each one's place in the file is its row."""

    def __init__(
        self, census: Census, store: Store, unknown: Counter[str], *, is_earlier: bool
    ) -> None:
        self.census = census
        self.files = RowFiles(store, COLUMNS, census.path.name)
        self.add_person = self.files.adder("ssd_person")
        self.add_case = self.files.adder("ssd_cin_episodes")
        self.add_assessment = self.files.adder("ssd_cin_assessments")
        self.add_enquiry = self.files.adder("ssd_s47_enquiry")
        self.add_conference = self.files.adder("ssd_initial_cp_conference")
        self.add_plan = self.files.adder("ssd_cp_plans")
        self.unknown = unknown
        self.is_earlier = is_earlier

    def read(self) -> dict[str, set[str]]:
        """Read them all; returns the tables and their columns."""
        number = 0
        for number, element in enumerate(_elements(self.census.path, ("Child",)), start=1):
            self._add_child(element, number)
            # What was read is let go, so that memory does not grow with the file.
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
        if not number:
            advice = "Write the file again."
            fault = problem(self.census.path.name, "no Child", "one for each child", advice)
            raise RecordsError([fault])
        return self.files.finish()

    def _add_child(self, child: Any, number: int) -> None:  # noqa: ANN401 - lxml has no types
        identifiers, cases = _said(child, self.unknown)
        person = identifiers.get("LAchildID", "")
        if not self.is_earlier:
            self.add_person((person, identifiers.get("PersonBirthDate"), number))
        for part, (of_case, groups) in enumerate(cases, start=1):
            case = f"{self.census.year}-{number}-{part:03}"
            referral = (
                case,
                person,
                of_case.get("CINreferralDate"),
                of_case.get("ReferralSource"),
                of_case.get("ReferralNFA"),
                of_case.get("CINclosureDate"),
                "yes" if self.is_earlier else "no",
                number,
            )
            self.add_case(referral)
            if self.is_earlier:
                continue
            if day := of_case.get("DateOfInitialCPC"):
                self.add_conference((case, person, "", day, "Y", number))
            for order, (kind, said) in enumerate(groups):
                self._add_group(kind, said, (f"{case}-{order}", case, person), number)

    def _add_group(self, kind: str, said: Texts, keys: tuple[str, str, str], number: int) -> None:
        """Add the row of a group within a case: `keys` are its own, the case's and the child's."""
        key, case, person = keys
        if kind == "Assessments":
            started = said.get("AssessmentActualStartDate")
            authorised = said.get("AssessmentAuthorisationDate")
            self.add_assessment((key, person, case, started, authorised, number))
        elif kind == "Section47":
            self.add_enquiry((key, person, said.get("S47ActualStartDate"), number))
            if day := said.get("DateOfInitialCPC"):
                self.add_conference((key, person, key, day, "N", number))
        else:
            plan = (
                key,
                person,
                said.get("CPPstartDate"),
                said.get("CPPendDate"),
                said.get("InitialCategoryOfAbuse"),
                "N",
                said.get("NumberOfPreviousCPP"),
                number,
            )
            self.add_plan(plan)


def _said(child: Any, unknown: Counter[str]) -> tuple[Texts, list[Case]]:  # noqa: ANN401
    """Give the texts of a child's identifiers and of its cases.

    Each element is looked at once, in the order of the file: a census has millions.
    """
    identifiers: Texts = {}
    said = identifiers
    of_case: Texts = {}  # of none, before the first
    cases: list[Case] = []
    roles = _ROLES
    elements = child.iter()
    for element in elements:
        role, name = roles[element.tag]
        if role == _OF_GROUP:
            if text := element.text:
                said[name] = text
        elif role == _OF_CASE:
            if text := element.text:
                of_case[name] = text
        elif role == _CASE:
            said = of_case = {}
            cases.append((of_case, []))
        elif role == _GROUP:
            said = {}
            if cases and len(element):  # without a text of its own it says nothing
                cases[-1][1].append((name, said))
        elif role == _OF_EITHER:
            if text := element.text:
                (of_case if _is_of_case(element) else said)[name] = text.strip()
        elif role == _UNKNOWN:
            # What stands in it is not what its name says elsewhere.
            inside = [roles[one.tag] for one in element.iter()]
            unknown.update(other for its, other in inside if its == _UNKNOWN)
            deque(islice(elements, len(inside) - 1), maxlen=0)
    return identifiers, cases


def _is_of_case(element: Any) -> bool:  # noqa: ANN401
    """Whether what may stand in a case or an enquiry stands in a case."""
    return _ROLES[element.getparent().tag][0] == _CASE


def _elements(path: Path, names: tuple[str, ...]) -> Iterator[Any]:
    """Elements of these names as they end; nothing outside the file is ever fetched.

    Raises:
        RecordsError: The file is not whole, or has a document type.
    """
    try:
        with path.open("rb") as file:
            tags = tuple(f"{{*}}{name}" for name in names)
            reading = etree.iterparse(
                file, events=("end",), tag=tags, resolve_entities=False, no_network=True,
                load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True,
            )  # fmt: skip
            is_first = True
            for _, element in reading:
                if is_first and element.getroottree().docinfo.internalDTD is not None:
                    raise RecordsError([_with_entities(path)])
                is_first = False
                yield element
    except etree.XMLSyntaxError as error:
        line = f" row {error.lineno}" if error.lineno else ""
        advice = "Export it again: it may have been cut off or edited by hand."
        found, expected = "XML that breaks off or is not well formed", "a whole XML file"
        if error.code in ENCODING_FAULTS:
            found, expected = "letters in an encoding that its first line does not name", "UTF-8"
            advice = "Export it again as UTF-8, or correct the encoding in the first line."
        fault = problem(f"{path.name}{line}", found, expected, advice)
        raise RecordsError([fault]) from error


def _with_entities(path: Path) -> str:
    advice = "No census has them, and they can be used to do harm: export the file again."
    return problem(path.name, "a document type or entities", "none", advice)


_SKIPPED, _UNKNOWN, _CASE, _GROUP, _OF_CASE, _OF_GROUP, _OF_EITHER = range(7)
_BY_NAME = {
    **dict.fromkeys(("CINdetails",), _CASE),
    **dict.fromkeys(("Assessments", "Section47", "ChildProtectionPlans"), _GROUP),
    **dict.fromkeys(
        ("CINreferralDate", "ReferralSource", "ReferralNFA", "CINclosureDate"), _OF_CASE
    ),
    **dict.fromkeys(
        (
            "LAchildID", "PersonBirthDate", "AssessmentActualStartDate",
            "AssessmentAuthorisationDate", "S47ActualStartDate", "CPPstartDate", "CPPendDate",
            "InitialCategoryOfAbuse", "NumberOfPreviousCPP",
        ),
        _OF_GROUP,
    ),
    "DateOfInitialCPC": _OF_EITHER,
}  # fmt: skip


class _Roles(dict[str, tuple[int, str]]):
    """What is read of an element and its name, by its tag: each tag is made out once."""

    def __missing__(self, tag: str) -> tuple[int, str]:
        name = _name_of(tag)
        known = _BY_NAME.get(name, _SKIPPED if name in KNOWN else _UNKNOWN)
        role = self[tag] = (known, name[:60])
        return role


_ROLES = _Roles()


def _name_of(tag: str) -> str:
    return tag.rpartition("}")[2]


def _name(element: Any) -> str:  # noqa: ANN401
    return _name_of(element.tag)
