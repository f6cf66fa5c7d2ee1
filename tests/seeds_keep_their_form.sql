-- A seed is a file that any program can open, and a spreadsheet that saves one changes it without
-- a word: `1-4` becomes `04-Jan`, `true` TRUE, `2009-10` Oct-09; a row is lost, or there twice.
-- Most of that would pass: a mark that is not known is a figure that is not understood, a check
-- without its parameter finds nothing. Each data sheet (`meta` of the .yml) says what must hold:
--   key          columns that no two rows share
--   rows         how many rows there are (`least_rows`: or more)
--   forms        for each column
--     words        any text but what a spreadsheet leaves behind
--     like         a pattern
--     day          a day as 2024-12-10
--     of           a column of another seed (`seed.column`)
--     one_of       the values that it may have
--     all_of       the same, each of which some row must have
--     includes     values that some row must have, among others
--     optional     whether it may be blank
--     filled       how many rows are not blank
-- Seeds of figures have `figures_are_readable` and `expected_row_counts`.
{% set seeds = [
    ref('context_words'), ref('context_fits'), ref('label_rules'),
    ref('cpp_categories'), ref('figure_relations'), ref('local_authorities'), ref('measures'),
    ref('parts_of_year'), ref('percentage_bases'), ref('quality_checks'), ref('referral_sources'),
    ref('releases'), ref('value_markers'), ref('claim_formulas'), ref('claim_words'),
    ref('narrative_claims'),
    ref('adjudications'), ref('disclosure_rules'), ref('expected_row_counts'), ref('known_issues'),
    ref('printed_precision'), ref('reconciliation_notes'), ref('record_definitions'),
    ref('record_findings'), ref('series_breaks'),
    ref('area_changes'), ref('official_areas'), ref('official_correspondences'),
    ref('official_files'), ref('official_ratios'), ref('official_releases'), ref('official_sums'),
    ref('official_total_exceptions'), ref('statistical_neighbours'),
] %}

with

problems as (

    {{ seed_forms(seeds) }}

)

select
    message || ' If a spreadsheet or a slip changed the file, take it back with git checkout;'
    || ' if the change is meant, say so in its data sheet (.yml).' as message
from problems
where message is not null
