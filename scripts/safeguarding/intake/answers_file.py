"""Write the file of answers of `check --ask` with blanks, and read it for `--answers` (YAML)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from safeguarding.intake.answers import LEAVE_OUT
from safeguarding.intake.new_figures import Asks, Place, Problem, Question, Row
from safeguarding.intake.record import NEW_COUNCIL
from safeguarding.intake.templates.forms import RELEASE_FIELDS
from safeguarding.intake.wording.periods import YEARS
from safeguarding.intake.wording.vocabulary import Vocabulary, nearest, trimmed

NAME = "answers.yml"
_SECTIONS = ("release", "council", "years", "tables", "labels")
_LARGEST = 1_000_000  # bytes
_YES_NO = {"yes": "true", "no": "false"}
_Keys = tuple[str, ...]


@dataclass
class Given:
    """The answers in a file; blanks are left out.

    Attributes:
        release: Fields of the release.
        council: Columns of `local_authorities` for a new council.
        years: What bare years are.
        families: `table_id` by the name of a sheet, file or table.
        labels: `row_id` by label, in whichever table.
        of_tables: `row_id` by table and label.
        places: Where an answer stands, by its keys.
    """

    release: Row = field(default_factory=dict)
    council: Row = field(default_factory=dict)
    years: str = ""
    families: dict[str, str] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    of_tables: dict[tuple[str, str], str] = field(default_factory=dict)
    places: dict[_Keys, Place] = field(default_factory=dict)

    def merged_with(self, said: Given) -> Given:
        """Add answers given elsewhere."""
        return Given(
            self.release | said.release,
            self.council | said.council,
            said.years or self.years,
            self.families | said.families,
            self.labels | said.labels,
            self.of_tables | said.of_tables,
            self.places,
        )

    def of_their_tables(self, vocabulary: Vocabulary) -> Given:
        """Drop the table of labels that were asked about in one table and belong to another."""
        for (table_id, label), row_id in list(self.of_tables.items()):
            if row_id != LEAVE_OUT and row_id not in vocabulary.tables[table_id].rows:
                self.labels[label] = self.of_tables.pop((table_id, label))
                if place := self.places.get(("labels", table_id, label)):
                    self.places["labels", label] = place
        return self

    def contradicted_by(self, said: Given) -> Iterator[Problem]:
        """Report answers that the command line contradicts."""
        mine, theirs = self._by_keys(), said._by_keys()
        of_labels = {keys: theirs.get(("labels", keys[-1])) for keys in mine if len(keys) > 2}  # noqa: PLR2004
        for keys, answer in mine.items():
            other = theirs.get(keys) or of_labels.get(keys) or answer
            if other != answer:
                found = f"'{answer}' as the answer for '{keys[-1]}'"
                yield Problem(self.places[keys], found, f"'{other}', as given on the command line")

    def _by_keys(self) -> dict[_Keys, str]:
        of_sections = {
            "release": self.release,
            "council": self.council,
            "tables": self.families,
            "labels": self.labels,
        }
        by_keys: dict[_Keys, str] = {("years",): self.years} if self.years else {}
        by_keys |= {(s, key): text for s, row in of_sections.items() for key, text in row.items()}
        return by_keys | {("labels", *keys): text for keys, text in self.of_tables.items()}


def read_answers(path: Path, vocabulary: Vocabulary) -> tuple[Given, list[Problem]]:
    """Read a file of answers; every value is text, as typed.

    Returns:
        The answers, and everything wrong with them, each with its line and key.
    """
    reader = _Reader(path.name or str(path), vocabulary)
    try:
        size = path.stat().st_size
        content = path.read_bytes() if size <= _LARGEST else b""
    except OSError as error:
        found = "no such file" if isinstance(error, FileNotFoundError) else str(error.strerror)
        reader.problem(0, "", found, "a file of answers", "check FILE --ask writes one.")
        return reader.given, reader.problems
    if size > _LARGEST:
        reader.problem(0, "", f"a file of {size} bytes", f"at most {_LARGEST}")
        return reader.given, reader.problems
    try:
        node = yaml.compose(content, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        found = getattr(error, "problem", "") or getattr(error, "reason", "no YAML")
        advice = "Put quotation marks around an answer or label with a colon or # in it."
        expected = "answers as check FILE --ask writes them"
        reader.problem(mark.line + 1 if mark else 0, "", one_text(found), expected, advice)
        return reader.given, reader.problems
    if node is not None:
        reader.read(node)
    return reader.given, reader.problems


def one_text(text: object) -> str:
    """Return a text on one line, without unprintable characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in str(text)).split())


class _Reader:
    """Take the sections of a file one by one; collect answers and problems."""

    def __init__(self, file: str, vocabulary: Vocabulary) -> None:
        self.file = file
        self.vocabulary = vocabulary
        self.given = Given()
        self.problems: list[Problem] = []

    def problem(self, line: int, key: str, found: str, expected: str, advice: str = "") -> None:
        self.problems.append(Problem(Place(self.file, "", line, key), found, expected, advice))

    def read(self, node: yaml.Node) -> None:
        for name, value, _ in self._pairs(node, "", _SECTIONS):
            if name == "years":
                self.given.years = self._one_of((name,), value, YEARS)
            elif name == "release":
                self.given.release = self._fields(value, name, tuple(RELEASE_FIELDS))
            elif name == "council":
                self.given.council = self._fields(value, name, tuple(NEW_COUNCIL))
            elif name == "tables":
                tables = (*self.vocabulary.tables, LEAVE_OUT)
                self.given.families = self._texts(value, (name,), tables)
            else:
                self._labels(value)

    def _fields(self, node: yaml.Node, section: str, names: Sequence[str]) -> Row:
        row = {}
        for name, value, _ in self._pairs(node, section, names):
            if name == "is_published":
                text = _YES_NO.get(self._one_of((section, name), value, tuple(_YES_NO)), "")
            else:
                text = self._text(value, name)
            if text:
                row[name] = text
                self._keep((section, name), value)
        return row

    def _labels(self, node: yaml.Node) -> None:
        for name, value, line in self._pairs(node, "labels"):
            if isinstance(value, yaml.MappingNode):
                if table := self.vocabulary.tables.get(name):
                    rows, others = (*table.rows, LEAVE_OUT), self._rows_of_all()
                    for label, answer in self._texts(value, ("labels", name), rows, others).items():
                        self.given.of_tables[name, label] = answer
                else:
                    self._unknown(line, name, f"the table '{name}'", self.vocabulary.tables)
            elif text := self._text(value, name):
                self.given.labels[name] = text
                self._keep(("labels", name), value)

    def _rows_of_all(self) -> list[str]:
        """Return the rows of all tables: a label may belong to either of two."""
        return [row_id for table in self.vocabulary.tables.values() for row_id in table.rows]

    def _texts(
        self, node: yaml.Node, keys: _Keys, allowed: Sequence[str], also: Sequence[str] = ()
    ) -> dict[str, str]:
        texts = {}
        for name, value, _ in self._pairs(node, keys[-1]):
            if text := self._one_of((*keys, name), value, allowed, also):
                texts[name] = text
        return texts

    def _pairs(
        self, node: yaml.Node, key: str, names: Sequence[str] = ()
    ) -> Iterator[tuple[str, yaml.Node, int]]:
        """Return the keys of a mapping with their values and lines."""
        if _is_blank(node):
            return
        if not isinstance(node, yaml.MappingNode):
            expected = "a key and an answer on each line" if not names else f"{', '.join(names)}"
            self.problem(_line(node), key, _kind(node), expected)
            return
        seen = set()
        for name_node, value in node.value:
            name, line = trimmed(str(name_node.value)), _line(name_node)
            if not isinstance(name_node, yaml.ScalarNode):
                self.problem(line, key, _kind(name_node), "a key")
            elif name in seen:
                self.problem(line, name, f"the key '{one_text(name)}' twice", "one")
            elif names and name not in names:
                self._unknown(line, name, f"the key '{one_text(name)}'", names)
            else:
                yield name, value, line
            seen.add(name)

    def _unknown(self, line: int, key: str, found: str, names: Iterable[str]) -> None:
        names = list(names)
        self.problem(line, key, found, f"one of {', '.join(names)}", nearest(key, names))

    def _text(self, node: yaml.Node, key: str) -> str:
        if _is_blank(node):
            return ""
        if isinstance(node, yaml.ScalarNode):
            return one_text(trimmed(str(node.value)))
        self.problem(_line(node), key, _kind(node), "one answer")
        return ""

    def _one_of(
        self, keys: _Keys, node: yaml.Node, allowed: Sequence[str], also: Sequence[str] = ()
    ) -> str:
        """Return an answer if it is allowed; empty if it is blank or not allowed."""
        text = self._text(node, keys[-1])
        self._keep(keys, node)
        if not text or text.lower() in (*allowed, *also):
            return text.lower()
        found = f"'{text}' as the answer for '{one_text(keys[-1])}'"
        expected = f"one of {', '.join(allowed)}"
        self.problem(_line(node), keys[-1], found, expected, nearest(text, allowed))
        return ""

    def _keep(self, keys: _Keys, node: yaml.Node) -> None:
        self.given.places[keys] = Place(self.file, "", _line(node), keys[-1])


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _is_blank(node: yaml.Node) -> bool:
    is_null = node.tag == "tag:yaml.org,2002:null"
    return isinstance(node, yaml.ScalarNode) and (is_null or not trimmed(str(node.value)))


def _kind(node: yaml.Node) -> str:
    if isinstance(node, yaml.SequenceNode):
        return "a list"
    return "several keys" if isinstance(node, yaml.MappingNode) else f"'{one_text(node.value)}'"


def as_yaml(file: str, target: str, given: Given, questions: Sequence[Question]) -> str:
    """Write the answers so far and a blank, with candidates, for each open question.

    Args:
        file: The user's file, for the heading.
        target: The file of answers, for the heading.
        given: What was said so far, in a file of answers or on the command line.
        questions: What is open.
    """
    lines = [
        f"# Answers for {one_text(file)}. Type each answer after its colon, save, then:",
        f"#   safeguarding load {_quoted(file)} --answers {_quoted(target)}",
        "# Blanks are asked again.",
    ]
    asked = {asks: [one for one in questions if one.asks is asks] for asks in Asks}
    for name, row, of in (
        ("release", given.release, asked[Asks.RELEASE]),
        ("council", given.council, asked[Asks.COUNCIL]),
    ):
        shown = row | {"is_published": _yes_no(row)} if "is_published" in row else row
        lines += _section(name, shown, of)
    if given.years or asked[Asks.YEARS]:
        for question in asked[Asks.YEARS]:
            lines += ["", *_explained(question)]
        lines.append(f"years: {given.years}".rstrip())
    lines += _section("tables", given.families, asked[Asks.TABLE])
    tables = dict.fromkeys(
        [*(table for table, _ in given.of_tables), *(one.table_id for one in asked[Asks.LABEL])]
    )
    if given.labels or tables:
        lines += _section("labels", given.labels, []) or ["", "labels:"]
    for table_id in tables:
        of_table = {label: row for (of, label), row in given.of_tables.items() if of == table_id}
        open_ones = [one for one in asked[Asks.LABEL] if one.table_id == table_id]
        lines += [f"  {line}".rstrip() for line in _section(table_id, of_table, open_ones)[1:]]
    return "\n".join(lines) + "\n"


def _yes_no(row: Mapping[str, str]) -> str:
    return {"true": "yes", "false": "no"}.get(row["is_published"], row["is_published"])


def _section(name: str, given: Mapping[str, str], questions: Sequence[Question]) -> list[str]:
    if not given and not questions:
        return []
    lines = ["", f"{name}:"]
    lines += [f"  {_quoted(key)}: {_quoted(answer)}" for key, answer in given.items()]
    for question in questions:
        if question.printed not in given:
            lines += [f"  {line}" for line in _explained(question)]
            lines.append(f"  {_quoted(question.printed)}:")
    return lines


def _explained(question: Question) -> list[str]:
    """Describe a question's place and possible answers, as comments."""
    if question.asks in (Asks.RELEASE, Asks.COUNCIL):
        return [f"# {one_text(question.expected)}"]
    where = f" ({question.where})" if question.where else ""
    lines = [f"{question.place}{where}. It may be:"]
    width = max((len(one) for one in (*question.candidates, LEAVE_OUT)), default=0)
    lines += [
        f"  {candidate:{width}}  {name}"
        for candidate, name in zip(question.candidates, question.names, strict=True)
    ]
    if question.asks is not Asks.YEARS:
        what = "its figures are" if question.asks is Asks.LABEL else "it is"
        lines.append(f"  {LEAVE_OUT:{width}}  {what} not stored")
    return [f"# {_shown(line)}" for line in lines]


def _shown(line: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in line)


def _quoted(text: str) -> str:
    """Quote a text for YAML where that is needed."""
    is_plain = text.replace("_", "").replace("-", "").isalnum() and text.isascii()
    if (is_plain and text.lower() != "null") or text == LEAVE_OUT:
        return text
    dumped = yaml.safe_dump(text, allow_unicode=True, default_style='"', width=float("inf"))
    return str(dumped).rstrip("\n")
