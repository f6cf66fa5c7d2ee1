-- A claim that names what does not exist could never be checked and would pass for "not checkable":
-- every name in it must be known.
with

claims as (

    select * from {{ ref('stg_narrative_claims') }}

),

names as (

    {% for column_name, reference, key in [
        ('release_id', 'dim_release', 'release_id'),
        ('local_authority_code', 'stg_local_authorities', 'local_authority_code'),
        ('formula', 'stg_claim_formulas', 'formula'),
        ('measure_id', 'stg_measures', 'measure_id'),
        ('less_measure_id', 'stg_measures', 'measure_id'),
        ('base_measure_id', 'stg_measures', 'measure_id'),
        ('word_id', 'stg_claim_words', 'word_id'),
        ('period_id', 'dim_period', 'period_id'),
        ('base_period_id', 'dim_period', 'period_id'),
    ] %}
        select
            claims.claim_id,
            '{{ column_name }}' as column_name,
            claims.{{ column_name }} as found,
            {{ valid_names(reference, key) }} as expected
        from claims
        left join {{ ref(reference) }} as known
            on claims.{{ column_name }} = known.{{ key }}
        where
            known.{{ key }} is null
            and (claims.{{ column_name }} is not null or '{{ column_name }}' = 'formula')
            -- What cannot be checked may name a period before the figures begin.
            and not (claims.formula = 'none' and '{{ key }}' = 'period_id')
        union all
    {% endfor %}

    select
        claim_id,
        'comparison' as column_name,
        comparison as found,
        'one of equals, more_than, at_least, less_than, at_most' as expected
    from claims
    where
        word_id is null
        and coalesce(comparison, '')
        not in ('equals', 'more_than', 'at_least', 'less_than', 'at_most')

    union all

    select
        claim_id,
        column_name,
        found,
        'nothing: the word_id gives it' as expected
    from (
        select
            claim_id,
            'claimed_value' as column_name,
            claimed_value_as_written as found
        from claims
        where word_id is not null
        union all
        select
            claim_id,
            'comparison' as column_name,
            comparison as found
        from claims
        where word_id is not null
    ) as given_twice
    where found is not null

    union all

    select
        claim_id,
        'evidence' as column_name,
        evidence as found,
        'blank, known now or official' as expected
    from claims
    where evidence not in ('known now', 'official')

    union all

    select
        claims.claim_id,
        'evidence' as column_name,
        claims.evidence as found,
        'official, which the formula ' || claims.formula || ' reads' as expected
    from claims
    inner join {{ ref('stg_claim_formulas') }} as claim_formulas
        on claims.formula = claim_formulas.formula
    where
        claim_formulas.reads_region
        and coalesce(claims.evidence, '') <> 'official'

    union all

    select
        claim_id,
        'claimed_value' as column_name,
        claimed_value_as_written as found,
        'a number' as expected
    from claims
    where
        formula <> 'none'
        and word_id is null
        and claimed_value is null

    union all

    select
        claim_id,
        'claimed_decimals' as column_name,
        claimed_decimals_as_written as found,
        'the number of decimals claimed' as expected
    from claims
    where
        formula <> 'none' and word_id is null and claimed_decimals is null

    union all

    {% for column_name in [
        'measure_id', 'period_id', 'base_measure_id', 'base_period_id', 'stated_value'
    ] %}
        select
            claims.claim_id,
            '{{ column_name }}' as column_name,
            cast(null as {{ dbt.type_string() }}) as found,
            'one, which the formula ' || claims.formula || ' needs' as expected
        from claims
        inner join {{ ref('stg_claim_formulas') }} as claim_formulas
            on claims.formula = claim_formulas.formula
        where
            claims.{{ column_name }}{{ '_as_written' if column_name == 'stated_value' }} is null
            and claim_formulas.needs_{{ column_name }}
        union all
    {% endfor %}

    select
        claim_id,
        'stated_value' as column_name,
        stated_value_as_written as found,
        case when formula = 'stated' then 'a number' else 'a day, as 2022-03-31' end as expected
    from claims
    where
        (formula = 'stated' and stated_number is null)
        or (formula = 'months_to_publication' and stated_day is null)

    union all

    select
        claim_id,
        'reading_number' as column_name,
        {{ ordered_string_agg('reading_number_as_written', 'reading_number_as_written') }} as found,
        'the numbers from 1, one for each reading; blank for 1' as expected
    from claims
    group by claim_id
    having
        count(*) <> count(distinct reading_number)
        or min(reading_number) <> 1
        or max(reading_number) <> count(*)

    union all

    select
        claim_id,
        'reading' as column_name,
        {{ ordered_string_agg('reading', 'reading_number') }} as found,
        'in each of a claim''s several rows, words of its own' as expected
    from claims
    group by claim_id
    having count(*) > 1 and count(distinct reading) <> count(*)

    union all

    -- What is claimed is one thing however it is read.
    {% for column_name in [
        'release_id',
        'local_authority_code',
        'paragraph',
        'source_line',
        'statement',
        'word_id',
        'claimed_value_as_written',
        'comparison',
    ] %}
        select
            claim_id,
            '{{ column_name | replace("_as_written", "") }}' as column_name,
            {{ ordered_string_agg(
                'cast(' ~ column_name ~ ' as ' ~ dbt.type_string() ~ ')', 'reading_number'
            ) }} as found,
            'the same in each row of a claim' as expected
        from claims
        group by claim_id
        having
            count({{ column_name }}) not in (0, count(*))
            or min({{ column_name }}) <> max({{ column_name }})
        {{ 'union all' if not loop.last }}
    {% endfor %}

)

select
    {{ extract_file('claims', "'narrative_claims'") }} as seed_file,
    claim_id,
    column_name,
    found,
    expected
from names
