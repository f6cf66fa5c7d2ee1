"""The data catalogue as one page: dbt's own, filled with what the published warehouse says.

dbt would describe what it parsed and built last. Here its page is given the manifest that was kept
when the warehouse was published, and the columns that are in the warehouse.
"""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import duckdb

from safeguarding.homes import places
from safeguarding.published.catalogue import Manifest
from safeguarding.published.labels import WARNING, labelled
from safeguarding.warehouse import database_files

TITLE = "Safeguarding warehouse: data catalogue"
BANNER = (
    '<p role="note" style="position:fixed;z-index:9999;bottom:0;left:0;right:0;margin:0;'
    'padding:4px 12px;background:#a3202a;color:#fff;text-align:center"><strong>{label}.</strong>'
    " {warning}</p>"
)
COLUMNS = """
    select
        columns.schema_name, columns.table_name, columns.column_name, columns.data_type,
        columns.column_index, columns.comment, views.view_name is not null as is_view
    from duckdb_columns() as columns
    left join duckdb_views() as views
        on
            columns.database_name = views.database_name
            and columns.schema_name = views.schema_name
            and columns.table_name = views.view_name
    where columns.database_name = current_database() and not columns.internal
    order by columns.schema_name, columns.table_name, columns.column_index
"""


def write_page(manifest: Manifest, warehouse: Path, page: Path, label: str) -> Path:
    """Write dbt's catalogue of a published warehouse.

    Args:
        manifest: What the warehouse keeps of dbt's manifest.
        warehouse: The file.
        page: The page to write.
        label: The word for the audience, none for the public.

    Returns:
        The page.

    Raises:
        OSError, duckdb.Error: The warehouse cannot be read, or the page not be written.
    """
    html = files("dbt").joinpath("task/docs/index.html").read_text(encoding="utf-8")
    with database_files.reading(warehouse, places.command("build")) as connection:
        columns = columns_of(manifest, connection)
    if label:
        banner = BANNER.format(label=label, warning=WARNING)
        html = html.replace("<title>dbt Docs</title>", f"<title>{labelled(TITLE, label)}</title>")
        html = html.replace("</body>", f"{banner}</body>")
        if labelled(TITLE, label) not in html or banner not in html:
            raise OSError(f"{page.name}: dbt's page has no place for the word {label}")
    for name, content in {"MANIFEST": manifest, "CATALOG": columns}.items():
        # A tag in a description must not end the script that the page keeps it in.
        inline = json.dumps(content, sort_keys=True).replace("</", "<\\/")
        html = html.replace(f'"{name}.JSON INLINE DATA"', inline)
    page.write_text(html, encoding="utf-8", newline="\n")
    return page


def columns_of(manifest: Manifest, connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """What is in a warehouse, as `dbt docs generate` writes it (catalog.json)."""
    ids = {
        (node["schema"], node["alias"]): key
        for key, node in manifest["nodes"].items()
        if node["resource_type"] in {"model", "seed", "snapshot"}
    }
    nodes: dict[str, Any] = {}
    found = connection.execute(COLUMNS).fetchall()
    for schema, table, name, data_type, index, comment, is_view in found:
        if (key := ids.get((schema, table))) is None:
            continue
        node = nodes.setdefault(
            key,
            {
                "unique_id": key,
                "metadata": {
                    "type": "VIEW" if is_view else "BASE TABLE",
                    "database": manifest["nodes"][key]["database"],
                    "schema": schema,
                    "name": table,
                    "comment": manifest["nodes"][key]["description"],
                    "owner": None,
                },
                "columns": {},
                "stats": {},
            },
        )
        node["columns"][name] = {
            "type": data_type,
            "index": index,
            "name": name,
            "comment": comment,
        }
    return {"metadata": {}, "nodes": nodes, "sources": {}, "errors": None}
