"""How the Word document looks: its styles, its numbering and its settings, as WordprocessingML.

Names of styles are Word's own where it has them, so that text pasted into another document takes
that document's look. Everything is black, white and grey, and prints as it is seen.
"""

from __future__ import annotations

from safeguarding.exports.workbooks.workbook_model import LANGUAGE

FONT = "Arial"
DARK, MIDDLE, LIGHT, PALE = "262626", "595959", "BFBFBF", "EDEDED"
ANNEX_NUMBERING = 2  # numId of headings of annexes

_FONTS = f'<w:rFonts w:ascii="{FONT}" w:hAnsi="{FONT}" w:eastAsia="{FONT}" w:cs="{FONT}"/>'


def _paragraph_style(
    style_id: str,
    name: str,
    paragraph: str = "",
    run: str = "",
    *,
    based_on: str = "Normal",
    following: str = "",
    is_own: bool = False,
) -> str:
    """A paragraph style; `paragraph` and `run` are its properties, in the schema's order."""
    own = ' w:customStyle="1"' if is_own else ""
    return (
        f'<w:style w:type="paragraph"{own} w:styleId="{style_id}"><w:name w:val="{name}"/>'
        f'<w:basedOn w:val="{based_on}"/>'
        + (f'<w:next w:val="{following}"/>' if following else "")
        + '<w:uiPriority w:val="1"/><w:qFormat/>'
        + f"<w:pPr>{paragraph}</w:pPr><w:rPr>{run}</w:rPr></w:style>"
    )


def _spacing(before: int, after: int, line: int = 0) -> str:
    """Space around a paragraph in points, and between its lines in 240ths of one."""
    between = f' w:line="{line}" w:lineRule="auto"' if line else ""
    return f'<w:spacing w:before="{before * 20}" w:after="{after * 20}"{between}/>'


def _size(points: float) -> str:
    return f'<w:sz w:val="{round(points * 2)}"/><w:szCs w:val="{round(points * 2)}"/>'


def _heading(level: int, points: int, before: int, extra: str = "") -> str:
    return _paragraph_style(
        f"Heading{level}",
        f"heading {level}",
        f'<w:keepNext/><w:keepLines/>{extra}<w:numPr><w:ilvl w:val="{level - 1}"/>'
        f'<w:numId w:val="1"/></w:numPr>{_spacing(before, 6)}<w:outlineLvl w:val="{level - 1}"/>',
        f'<w:b/><w:color w:val="{DARK}"/>{_size(points)}',
        following="Normal",
    )


def _contents_entry(level: int, number_at: int, text_at: int) -> str:
    return _paragraph_style(
        f"TOC{level}",
        f"toc {level}",
        f'<w:tabs><w:tab w:val="left" w:pos="{text_at}"/>'
        '<w:tab w:val="right" w:leader="dot" w:pos="9638"/></w:tabs>'
        f"{_spacing(2 if level == 1 else 0, 1, 240)}"
        f'<w:ind w:left="{text_at}" w:right="567" w:hanging="{text_at - number_at}"/>',
        _size(10),
    )


_BORDERS = (
    f'<w:tblBorders><w:top w:val="single" w:sz="8" w:space="0" w:color="{MIDDLE}"/>'
    f'<w:bottom w:val="single" w:sz="8" w:space="0" w:color="{MIDDLE}"/>'
    f'<w:insideH w:val="single" w:sz="4" w:space="0" w:color="{LIGHT}"/></w:tblBorders>'
)
_TABLE_STYLE = (
    '<w:style w:type="table" w:customStyle="1" w:styleId="ReportTable">'
    '<w:name w:val="Report Table"/><w:basedOn w:val="TableNormal"/><w:qFormat/>'
    f"<w:tblPr>{_BORDERS}<w:tblCellMar>"
    '<w:top w:w="40" w:type="dxa"/><w:left w:w="70" w:type="dxa"/>'
    '<w:bottom w:w="40" w:type="dxa"/><w:right w:w="70" w:type="dxa"/></w:tblCellMar></w:tblPr>'
    '<w:tblStylePr w:type="firstRow"><w:rPr><w:b/></w:rPr>'
    f'<w:tcPr><w:tcBorders><w:bottom w:val="single" w:sz="8" w:space="0" w:color="{MIDDLE}"/>'
    f'</w:tcBorders><w:shd w:val="clear" w:color="auto" w:fill="{PALE}"/>'
    '<w:vAlign w:val="bottom"/></w:tcPr></w:tblStylePr></w:style>'
)
_BANNER_BORDERS = "".join(
    f'<w:{side} w:val="single" w:sz="12" w:space="6" w:color="{DARK}"/>'
    for side in ("top", "left", "bottom", "right")
)

STYLES = "".join(
    [
        f"<w:docDefaults><w:rPrDefault><w:rPr>{_FONTS}{_size(11)}"
        f'<w:lang w:val="{LANGUAGE}" w:eastAsia="{LANGUAGE}" w:bidi="ar-SA"/></w:rPr>'
        "</w:rPrDefault>"
        "<w:pPrDefault><w:pPr/></w:pPrDefault></w:docDefaults>",
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/>'
        f"<w:qFormat/><w:pPr>{_spacing(0, 6, 264)}</w:pPr></w:style>",
        '<w:style w:type="character" w:default="1" w:styleId="DefaultParagraphFont">'
        '<w:name w:val="Default Paragraph Font"/><w:uiPriority w:val="1"/><w:semiHidden/>'
        "</w:style>",
        '<w:style w:type="table" w:default="1" w:styleId="TableNormal">'
        '<w:name w:val="Normal Table"/><w:uiPriority w:val="99"/><w:semiHidden/><w:tblPr>'
        '<w:tblInd w:w="0" w:type="dxa"/><w:tblCellMar><w:top w:w="0" w:type="dxa"/>'
        '<w:left w:w="108" w:type="dxa"/><w:bottom w:w="0" w:type="dxa"/>'
        '<w:right w:w="108" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>',
        '<w:style w:type="numbering" w:default="1" w:styleId="NoList"><w:name w:val="No List"/>'
        '<w:uiPriority w:val="99"/><w:semiHidden/></w:style>',
        _paragraph_style(
            "Title", "Title", _spacing(0, 6), f'<w:b/><w:color w:val="{DARK}"/>{_size(24)}'
        ),
        _paragraph_style(
            "Subtitle", "Subtitle", _spacing(0, 3), f'<w:color w:val="{MIDDLE}"/>{_size(11)}'
        ),
        _heading(1, 16, 0, "<w:pageBreakBefore/>"),
        _heading(2, 13, 14),
        _paragraph_style(
            "TOCHeading",
            "TOC Heading",
            f"<w:keepNext/>{_spacing(18, 6)}",
            f'<w:b/><w:color w:val="{DARK}"/>{_size(14)}',
        ),
        _contents_entry(1, 0, 567),
        _contents_entry(2, 567, 1247),
        _paragraph_style(
            "Caption",
            "caption",
            f"<w:keepNext/><w:keepLines/>{_spacing(12, 4)}",
            f'<w:b/><w:color w:val="{DARK}"/>{_size(10)}',
        ),
        _paragraph_style(
            "ListBullet",
            "List Bullet",
            '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="3"/></w:numPr><w:contextualSpacing/>',
        ),
        _paragraph_style("Header", "header", _spacing(0, 0, 240), _size(8.5)),
        _paragraph_style(
            "Footer", "footer", f'{_spacing(0, 0, 240)}<w:jc w:val="center"/>', _size(8.5)
        ),
        _paragraph_style(
            "Banner",
            "Banner",
            f"<w:pBdr>{_BANNER_BORDERS}</w:pBdr>"
            f'<w:shd w:val="clear" w:color="auto" w:fill="{PALE}"/>{_spacing(6, 12)}'
            '<w:ind w:left="142" w:right="142"/>',
            f"<w:b/>{_size(12)}",
            is_own=True,
        ),
        _paragraph_style("Figure", "Figure", f"<w:keepLines/>{_spacing(0, 10, 240)}", is_own=True),
        _paragraph_style("TableText", "Table Text", _spacing(0, 0, 240), _size(9), is_own=True),
        _paragraph_style(
            "TableFigure",
            "Table Figure",
            '<w:jc w:val="right"/>',
            based_on="TableText",
            is_own=True,
        ),
        _paragraph_style(
            "TableNote",
            "Table Note",
            f"<w:keepLines/>{_spacing(3, 0, 240)}",
            _size(8.5),
            is_own=True,
        ),
        _paragraph_style(
            "TableSource", "Table Source", _spacing(3, 12), based_on="TableNote", is_own=True
        ),
        '<w:style w:type="character" w:customStyle="1" w:styleId="NoteSign">'
        '<w:name w:val="Note Sign"/><w:qFormat/><w:rPr><w:vertAlign w:val="superscript"/></w:rPr>'
        "</w:style>",
        _TABLE_STYLE,
    ]
)


def _level(number: int, style: str, form: str, text: str, indent: str, *, more: str = "") -> str:
    linked = f'<w:pStyle w:val="{style}"/>' if style else ""
    return (
        f'<w:lvl w:ilvl="{number}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>{linked}{more}'
        f'<w:lvlText w:val="{text}"/><w:lvlJc w:val="left"/><w:pPr>{indent}</w:pPr></w:lvl>'
    )


def _hanging(width: int) -> str:
    return (
        f'<w:tabs><w:tab w:val="num" w:pos="{width}"/></w:tabs>'
        f'<w:ind w:left="{width}" w:hanging="{width}"/>'
    )


_SPACE = '<w:suff w:val="space"/>'
_LISTS = (
    _level(0, "Heading1", "decimal", "%1", _hanging(567))
    + _level(1, "Heading2", "decimal", "%1.%2", _hanging(680)),
    _level(0, "", "upperLetter", "Annex %1:", '<w:ind w:left="0" w:firstLine="0"/>', more=_SPACE)
    + _level(1, "", "decimal", "%1.%2", _hanging(680)),
    _level(0, "ListBullet", "bullet", "\u2022", _hanging(340)),
)
NUMBERING = "".join(
    f'<w:abstractNum w:abstractNumId="{index}">'
    f'<w:multiLevelType w:val="multilevel"/>{levels}</w:abstractNum>'
    for index, levels in enumerate(_LISTS)
) + "".join(
    f'<w:num w:numId="{index + 1}"><w:abstractNumId w:val="{index}"/></w:num>'
    for index in range(len(_LISTS))
)

SETTINGS = (
    '<w:zoom w:percent="100"/><w:defaultTabStop w:val="567"/>'
    '<w:characterSpacingControl w:val="doNotCompress"/><w:updateFields w:val="true"/><w:compat>'
    '<w:compatSetting w:name="compatibilityMode" '
    'w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat>'
    f'<w:themeFontLang w:val="{LANGUAGE}"/><w:decimalSymbol w:val="."/><w:listSeparator w:val=","/>'
)
