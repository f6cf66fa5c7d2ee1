"""Check, load and undo a release: what the commands do, apart from their wording."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

from safeguarding.homes import kept_rows
from safeguarding.homes.working_project import seeds_of
from safeguarding.intake import record, seed_rows
from safeguarding.intake.additions import Additions, additions, not_there_yet
from safeguarding.intake.answers import (
    LEAVE_OUT,
    Answers,
    distinct_questions,
    merge_repeated,
    unknown_labels,
)
from safeguarding.intake.answers_file import Given, read_answers
from safeguarding.intake.judgement import Judgement, judge
from safeguarding.intake.new_figures import (
    REGISTERS,
    Asks,
    Extract,
    LeftOut,
    Place,
    Problem,
    Question,
    Row,
)
from safeguarding.intake.readers import read
from safeguarding.intake.wording import authorities as councils
from safeguarding.intake.wording.vocabulary import Vocabulary, nearest, row_label_key
from safeguarding.warehouse import journal
from safeguarding.warehouse.compiled_project import CompiledProject

# Questions that leave the other figures of a file as they are.
OF_FIGURES = (Asks.LABEL, Asks.TABLE)


class UnknownReleaseError(Exception):
    """No seed has the release."""


class Status(StrEnum):
    """The result of a check or load."""

    READY = "ready"
    ALREADY_LOADED = "already loaded"
    PROBLEMS = "problems"
    QUESTIONS = "questions"
    CONTRADICTIONS = "contradictions"
    FAILED = "failed"


@dataclass(frozen=True)
class Request:
    """What the user gave.

    Attributes:
        path: The file or folder with the figures.
        release: Fields of the release given beside the file, `local_authority_code` among them.
        authority: Columns of `local_authorities` for a council that the warehouse lacks.
        labels: `row_id` for a label that is ambiguous or unknown.
        families: `table_id` for a sheet or file that could be more than one table.
        registers: A folder with more rows for the registers, or None.
        years: What bare years are, one of `periods.YEARS`.
        of_tables: `row_id` by table and label.
        answers: A file with more answers, or None.
        figures: Figures that were not printed but counted, in place of those of the path; or None.
    """

    path: Path
    release: Row = field(default_factory=dict)
    authority: Row = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    families: Mapping[str, str] = field(default_factory=dict)
    registers: Path | None = None
    years: str = ""
    of_tables: Mapping[tuple[str, str], str] = field(default_factory=dict)
    answers: Path | None = None
    figures: Extract | None = None


@dataclass
class Outcome:
    """The result of a request.

    Attributes:
        status: In one word.
        release: The release's record, as far as it is known.
        problems: Everything that is refused.
        questions: What only the user can answer.
        judgement: What the warehouse says; None while there are problems of reading.
        added: Rows that each seed gains.
        left_out: What has a number in the file and is not stored.
        given: What was said beside the file, in the file of answers and on the command line.
        answers_file: Where `check --ask` wrote what is open; empty if it was not asked to.
        answers_are_wrong: Whether the problems are those of the file of answers alone.
    """

    status: Status
    release: Row
    problems: list[Problem] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    judgement: Judgement | None = None
    added: Additions = field(default_factory=dict)
    left_out: list[LeftOut] = field(default_factory=list)
    given: Given = field(default_factory=Given)
    answers_file: str = ""
    answers_are_wrong: bool = False

    @property
    def open_questions(self) -> list[Question]:
        """Everything that the author may answer, once each."""
        of_problems = [one for problem in self.problems for one in problem.questions]
        once = {
            (one.asks, one.table_id, row_label_key(one.printed)): one
            for one in reversed([*self.questions, *of_problems])
        }
        return list(reversed(once.values()))


def examine(project: Path, request: Request) -> Outcome:
    """Read a release and check it, without writing anything.

    Raises:
        NotCompiledError: dbt cannot compile the project.
        UnreadableSeedsError: A seed of the project cannot be read.
        journal.SeedsChangedError: An interrupted load cannot be finished.
        journal.SeedsBusyError: Another process is changing the seeds.
    """
    journal.recover(kept_rows.of(project).root)
    return _examine(project, request)


def _examine(project: Path, request: Request) -> Outcome:
    compiled = CompiledProject.of(project)
    seeds = compiled.read_seeds()
    authorities = {row["local_authority_code"]: row for row in seeds["local_authorities"]}
    vocabulary = Vocabulary.of(project)
    place = Place(request.path.name or str(request.path))
    request, given_answers, problems = _with_answers(request, vocabulary)
    if problems:
        release = record.complete(request.release, {}, authorities, [], {})
        return Outcome(Status.PROBLEMS, release, problems, answers_are_wrong=True)
    kept = kept_rows.of(project)
    extract, answers = _read(request, vocabulary, kept.given)
    known = {row["release_id"]: row for row in seeds["releases"]}
    stated = kept.given | extract.release | request.release
    given = stated.get("local_authority_code", "")
    authority = stated["local_authority_code"] = councils.listed_code(given, seeds)
    new_council: list[Row] = []
    if authority not in authorities and (past := councils.abolished(authority, seeds)):
        new_council = [past]
        authorities |= {authority: past}
    release = record.complete(stated, known, authorities, seeds["releases"], request.authority)
    problems = extract.problems
    problems += _foreign(kept, authority, place)
    problems += councils.year_problems(given, release["financial_year"], seeds, place)
    if authority and authority not in authorities and request.authority:
        council, found = record.new_authority(authority, request.authority, authorities, place)
        problems += found
        new_council = [council] if council else []
        authorities |= {authority: council or {}}
    places = {keys[1]: at for keys, at in given_answers.places.items() if keys[0] == "release"}
    said = "is_published" in stated or release["release_id"] in known
    problems += record.problems(release, place, authorities, is_published_said=said, places=places)
    problems += _disagreements(extract, request, place, places)
    problems += _unfit_answers(extract, request, vocabulary, place, given_answers.places)
    problems += unknown_labels(extract.figures, answers, vocabulary)
    outcome = Outcome(
        Status.PROBLEMS,
        release,
        merge_repeated(problems),
        distinct_questions(extract, vocabulary),
        left_out=extract.left_out,
        given=given_answers,
    )
    if not problems and extract.questions:
        outcome.status = Status.QUESTIONS
    # Open questions do not prevent the other figures from being checked.
    labels = [one for one in outcome.open_questions if one.asks in OF_FIGURES]
    if len(labels) < len(outcome.open_questions) or not all(one.questions for one in problems):
        return outcome
    of_release = {column: release[column] for column in record.COLUMNS}
    rows = additions(extract, of_release, authority, answers, vocabulary)
    added, found = not_there_yet(rows, seeds, vocabulary.tables, request.path.name)
    outcome.problems += found
    if found:
        outcome.status = Status.PROBLEMS
        return outcome
    if not added:
        outcome.status = outcome.status if labels else Status.ALREADY_LOADED
        return outcome
    if new_council:
        added["local_authorities"] = new_council
    return _judged(outcome, extract, added, compiled)


def _judged(
    outcome: Outcome,
    extract: Extract,
    added: Additions,
    compiled: CompiledProject,
) -> Outcome:
    outcome.judgement = judge(
        compiled,
        added,
        release_id=outcome.release["release_id"],
        authority=outcome.release["local_authority_code"],
        extract=extract,
        asked={(one.table_id, row_label_key(one.printed)) for one in outcome.open_questions},
    )
    outcome.problems += merge_repeated(outcome.judgement.problems)
    outcome.added = added | {"expected_row_counts": outcome.judgement.row_counts}
    if outcome.problems or outcome.judgement.stops:
        outcome.status = Status.PROBLEMS
    elif outcome.questions:
        outcome.status = Status.QUESTIONS
    elif outcome.judgement.unexplained:
        outcome.status = Status.CONTRADICTIONS
    else:
        outcome.status = Status.READY
    return outcome


def load(project: Path, request: Request) -> Outcome:
    """Check a release and, if it has no problems, add it to the seeds.

    Raises:
        NotCompiledError, UnreadableSeedsError, journal.SeedsChangedError,
            journal.SeedsBusyError: As for `examine`.
        journal.SeedsLockedError: A seed cannot be written; nothing was changed.
    """
    kept = kept_rows.of(project)
    with journal.lock(kept.root):
        if journal.recover_locked(kept.root):
            kept.refresh()
        outcome = _examine(project, request)
        if outcome.status is Status.READY:
            journal.replace(kept.root, kept.with_rows(outcome.added))
            kept.refresh()
    return outcome


def undo(project: Path, release_id: str) -> dict[str, int]:
    """Remove a release from every seed that has rows of it.

    Returns:
        How many rows each seed lost.

    Raises:
        UnknownReleaseError: No seed has the release.
        journal.SeedsChangedError, journal.SeedsBusyError, journal.SeedsLockedError: As for `load`.
    """
    kept = kept_rows.of(project)
    with journal.lock(kept.root):
        journal.recover_locked(kept.root)
        kept.refresh()
        removed, contents = kept.without(release_id)
        if not removed:
            known = ", ".join(loaded_releases(project))
            raise UnknownReleaseError(
                f"No release '{release_id}' is loaded. Loaded: {known or 'none'}."
            )
        journal.replace(kept.root, contents)
        kept.refresh()
    return removed


def loaded_releases(project: Path) -> list[str]:
    """Return the names of the releases that are loaded."""
    return [row["release_id"] for row in seed_rows.read(_releases(project))]


def _releases(project: Path) -> Path:
    return seeds_of(project)["releases"]


def _with_answers(request: Request, vocabulary: Vocabulary) -> tuple[Request, Given, list[Problem]]:
    """Join the answers in the file and on the command line; report contradictions between them."""
    given, problems = (
        read_answers(request.answers, vocabulary) if request.answers else (Given(), [])
    )
    here = Given(
        dict(request.release),
        dict(request.authority),
        request.years,
        dict(request.families),
        dict(request.labels),
        dict(request.of_tables),
    )
    problems += given.contradicted_by(here)
    both = given.merged_with(here).of_their_tables(vocabulary)
    joined = replace(
        request,
        release=both.release,
        authority=both.council,
        years=both.years,
        families=both.families,
        labels=both.labels,
        of_tables=both.of_tables,
    )
    return joined, both, problems


def _foreign(kept: kept_rows.KeptRows, authority: str, place: Place) -> Iterator[Problem]:
    """Report figures of a council that the home is not for."""
    if expected := kept.foreign(authority):
        advice = f"If figures of {authority} belong here too, add the code there."
        yield Problem(place, f"figures of {authority}", expected, advice)


def _read(request: Request, vocabulary: Vocabulary, given: Row) -> tuple[Extract, Answers]:
    authority = (given | request.release).get("local_authority_code", "")
    answers = Answers(request.families, request.labels, authority, request.years, request.of_tables)
    if request.figures is not None:
        return request.figures, answers
    extract = read(request.path, vocabulary, answers)
    in_file = extract.release.get("local_authority_code", "")
    if not authority and any(of == in_file for _, of, _ in vocabulary.variants if of):
        # The council has its own wordings, and only the file itself names the council.
        answers = replace(answers, authority=in_file)
        extract = read(request.path, vocabulary, answers)
    if request.registers is not None:
        problems = list(_misnamed(request.registers))
        registers = read(request.registers, vocabulary, answers) if not problems else Extract()
        extract.merge([Extract(problems=problems), registers])
    return extract, answers


def _misnamed(registers: Path) -> Iterator[Problem]:
    """Report files given as registers that have another name."""
    for path in sorted(registers.glob("*.csv")) if registers.is_dir() else [registers]:
        if path.stem not in REGISTERS and path.is_file() and not path.name.startswith((".", "~")):
            expected = f"one of {', '.join(f'{name}.csv' for name in REGISTERS)}"
            near = nearest(path.stem, REGISTERS)
            yield Problem(Place(path.name), f"the file name '{path.name}'", expected, near)


def _disagreements(
    extract: Extract, request: Request, place: Place, places: Mapping[str, Place]
) -> Iterator[Problem]:
    for name, value in request.release.items():
        in_file = extract.release.get(name)
        if value and in_file and in_file != value:
            says = f"{places[name].file} says" if name in places else "the command line says"
            yield Problem(place, f"{name} '{in_file}'", f"'{value}', as {says}")


def _unfit_answers(
    extract: Extract,
    request: Request,
    vocabulary: Vocabulary,
    place: Place,
    places: Mapping[tuple[str, ...], Place],
) -> Iterator[Problem]:
    """Report answers about labels that are not in the file, or that name no row."""
    labels = {(figure.row_label, figure.table_id) for figure in extract.figures}
    labels |= {(one.printed, one.table_id) for one in extract.questions if one.table_id}
    labels |= {
        (one.printed, one.table_id) for each in extract.problems for one in each.questions
        if one.table_id
    }  # fmt: skip
    labels |= {left.answered[::-1] for left in extract.left_out if left.answered[0]}
    tables: dict[str, set[str]] = {}
    for label, table_id in labels:
        tables.setdefault(row_label_key(label), set()).add(table_id)
    given: dict[tuple[str, ...], str] = {
        **{("labels", label): row_id for label, row_id in request.labels.items()},
        **{("labels", *keys): row_id for keys, row_id in request.of_tables.items()},
    }
    for keys, row_id in given.items():
        label, of = keys[-1], keys[1:-1]
        those = tables.get(row_label_key(label), set()) & set(of or vocabulary.tables)
        rows = {row for table in those for row in vocabulary.tables[table].rows}
        at, says = places.get(keys, place), f"{places[keys].file} names" if keys in places else ""
        if not rows:
            near = nearest(label, sorted({of for of, _ in labels}))
            found = f"no row labelled '{label}'" + (f" in {of[0]}" if of else "")
            yield Problem(at, found, f"one, because {says or '--label names'} it", near)
        elif row_id not in (*rows, LEAVE_OUT):
            yield Problem(
                at,
                f"'{row_id}' as the meaning of '{label}'",
                f"one of {', '.join(sorted(rows))}",
                nearest(row_id, sorted(rows)),
            )
