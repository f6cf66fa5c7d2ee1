-- A claim that names what does not exist could never be checked and would pass for "not checkable":
-- every name in it must be known.
with

claims as (

    select * from {{ touched(extract('narrative_claims')) }}

),

names as (

    {% for column_name, reference, key in [
        ('release_id', 'dim_release', 'release_id'),
        ('local_authority_code', 'local_authorities', 'local_authority_code'),
        ('formula', 'claim_formulas', 'formula'),
        ('measure_id', 'measures', 'measure_id'),
        ('base_measure_id', 'measures', 'measure_id'),
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
        coalesce(comparison, '')
        not in ('equals', 'more_than', 'at_least', 'less_than', 'at_most')

    union all

    select
        claim_id,
        'claimed_value' as column_name,
        claimed_value as found,
        'a number' as expected
    from claims
    where formula <> 'none' and try_cast(claimed_value as decimal(18, 2)) is null

    union all

    select
        claim_id,
        'claimed_decimals' as column_name,
        claimed_decimals as found,
        'the number of decimals claimed' as expected
    from claims
    where formula <> 'none' and {{ whole_number('claimed_decimals') }} is null

    union all

    {% for column_name in ['measure_id', 'period_id', 'base_measure_id', 'base_period_id'] %}
        select
            claims.claim_id,
            '{{ column_name }}' as column_name,
            claims.{{ column_name }} as found,
            'one, which the formula ' || claims.formula || ' needs' as expected
        from claims
        inner join {{ ref('claim_formulas') }} as claim_formulas
            on claims.formula = claim_formulas.formula
        where
            claims.{{ column_name }} is null
            and claim_formulas.needs_{{ column_name }} = 'true'
        union all
    {% endfor %}

    select
        claim_id,
        'claim_id' as column_name,
        claim_id as found,
        'a claim_id of its own' as expected
    from claims
    group by claim_id
    having count(*) > 1

)

select
    {{ extract_file('claims', "'narrative_claims'") }} as seed_file,
    claim_id,
    column_name,
    found,
    expected
from names
