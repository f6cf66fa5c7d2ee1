"""Work out the rows that a release adds to the seeds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from safeguarding.intake.answers import Answers
from safeguarding.intake.new_figures import REGISTERS, Extract, Place, Problem, Row
from safeguarding.intake.wording.vocabulary import Vocabulary, row_label_key

Additions = dict[str, list[Row]]
ISSUES = "known_issues"


def additions(
    extract: Extract,
    release: Row,
    authority: str,
    answers: Answers,
    vocabulary: Vocabulary,
) -> Additions:
    """Return rows for each seed, by its name, as the file has them.

    Args:
        extract: What was read from the user's file.
        release: The release's record, by column of the seed `releases`.
        authority: ONS code of the local authority.
        answers: What the user said that labels mean.
        vocabulary: What labels mean that the user said nothing of.
    """
    release_id = release["release_id"]
    rows: Additions = {"releases": [release]}
    for figure in extract.figures:
        rows.setdefault(figure.table_id, []).append(figure.as_row(release_id, authority))
    keys = {"release_id": release_id, "local_authority_code": authority}
    for name, entries in extract.registers.items():
        rows[name] = [row | keys for _, row in entries]
    for number, issue in enumerate(rows.get(ISSUES, []), start=1):
        issue["known_issue_id"] = issue.get("known_issue_id") or f"{release_id}-{number}"
    wordings = own_wordings(extract, authority, answers, vocabulary)
    return rows | ({"row_label_variants": wordings} if wordings else {})


def own_wordings(
    extract: Extract,
    authority: str,
    answers: Answers,
    vocabulary: Vocabulary,
) -> list[Row]:
    """Return rows of `row_label_variants` for this council's labels that are not listed yet.

    These are labels that the user or a rule explained: SQL looks labels up in the list, so a rule
    that changes later does not change loaded figures. Labels that name a part here are included,
    although they may name the whole elsewhere.
    """
    meant: dict[tuple[str, str], tuple[str, str]] = {}
    for figure in extract.figures:
        table_id, label = figure.table_id, figure.row_label
        answer = answers.of_label(table_id, label)
        row_id = answer if answer in vocabulary.tables[table_id].rows else None
        is_known = vocabulary.is_listed(table_id, label, authority) and (
            (table_id, label) not in extract.parts or vocabulary.is_part(table_id, label, authority)
        )
        if not row_id and not is_known:
            row_id = vocabulary.row_id(table_id, label, authority)
        if row_id:
            meant.setdefault((table_id, row_label_key(label)), (label, row_id))
    # A council that prints one part today may print the others tomorrow.
    parts = extract.parts | {
        (table_id, label)
        for (table_id, _), (label, _) in meant.items()
        if not answers.of_label(table_id, label) and vocabulary.is_part(table_id, label, authority)
    }
    return [
        {
            "table_id": table_id,
            "printed_label": label,
            "row_id": row_id,
            "local_authority_code": authority,
            "is_part": "true" if (table_id, label) in parts else "",
        }
        for (table_id, _), (label, row_id) in meant.items()
    ]


def not_there_yet(
    rows: Additions, seeds: Mapping[str, list[Row]], tables: Iterable[str], file: str
) -> tuple[Additions, list[Problem]]:
    """Return the rows that the seeds do not have yet, and what contradicts them.

    A table of a release is loaded in full or not at all. One that is loaded with other figures is
    a problem: a changed figure belongs to a new release.

    Args:
        rows: Rows for each seed.
        seeds: Rows that each seed has.
        tables: Names of the figure seeds.
        file: The user's file, for messages.
    """
    release = rows["releases"][0]
    release_id = release["release_id"]
    authority = next((row["local_authority_code"] for t in tables for row in rows.get(t, [])), "")
    problems = list(_problems_of_release(release, authority, seeds, tables, file))
    left: Additions = {}
    for name, added in rows.items():
        if name == "releases":
            left[name] = [] if _ids(seeds[name], release_id) else added
        elif name in (*REGISTERS, "row_label_variants", "record_findings"):
            left[name] = [
                row for row in added if not any(row.items() <= r.items() for r in seeds[name])
            ]
        else:
            old = _ids(seeds[name], release_id)
            problems += _problems_of_table(name, added, old, release_id, file)
            left[name] = [] if old else added
    return {name: added for name, added in left.items() if added}, problems


def _ids(rows: Iterable[Row], release_id: str) -> list[Row]:
    return [row for row in rows if row["release_id"] == release_id]


def _problems_of_release(
    release: Row,
    authority: str,
    seeds: Mapping[str, list[Row]],
    tables: Iterable[str],
    file: str,
) -> Iterable[Problem]:
    release_id = release["release_id"]
    for known in _ids(seeds["releases"], release_id):
        for column, value in known.items():
            if release[column] != value:
                yield Problem(
                    Place(file),
                    f"{column} '{release[column]}' for the release {release_id}",
                    f"'{value}', as loaded before",
                    "Give another publication its own release_id. To replace this one, remove"
                    f" it first: undo {release_id}.",
                )
    others = {
        row["local_authority_code"]
        for table in tables
        for row in _ids(seeds[table], release_id)
        if row["local_authority_code"] != authority
    }
    if others and authority:
        yield Problem(
            Place(file),
            f"figures of {authority} in the release {release_id}",
            f"figures of {', '.join(sorted(others))} alone, as loaded before",
            "Give each council's figures their own release_id.",
        )


def _problems_of_table(
    name: str, added: list[Row], old: list[Row], release_id: str, file: str
) -> Iterable[Problem]:
    if not old or _counted(added) == _counted(old):
        return
    changed = (_counted(added) - _counted(old)) or (_counted(old) - _counted(added))
    cells = dict(next(iter(changed)))
    yield Problem(
        Place(file),
        f"{len(added)} figures in {name} for the release {release_id}, already loaded with"
        f" {len(old)}; the first difference is {cells['row_label']}, {cells['period_label']},"
        f" {cells['unit']}: '{cells['value_as_printed']}'",
        "the same figures, or a new release",
        "A changed figure is a revision: give it a new release_id. To replace figures that were"
        f" loaded by mistake, remove them first: undo {release_id}.",
    )


def _counted(rows: Iterable[Row]) -> Counter[tuple[tuple[str, str], ...]]:
    return Counter(tuple(row.items()) for row in rows)
